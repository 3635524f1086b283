import { type ConfigDocument, describeConfig, secretValues } from '../../config/describe-config.ts'
import type { Environment } from '../../config/environment-layer.ts'
import type { ResolvedConfig } from '../../config/resolve-config.ts'
import { isAskedFor } from '../../config/source.ts'

/** What a run knows besides its configuration. */
export type RunContext = {
  /** For `config.json`, free of secrets. */
  document: ConfigDocument
  /** Every secret of the configuration, for the redaction list. */
  secrets: readonly string[]
  /** The environment, with the env file beneath it: for `resolveTarget`. */
  environment: Environment
  /** Notes for people about how values were settled. */
  notes: readonly string[]
  /** Whether the spending cap was asked for, rather than derived from users and funding. */
  hasOwnCap: boolean
}

/** Makes the context of a resolved configuration. */
export function runContextOf(resolved: ResolvedConfig, environment: Environment): RunContext {
  return {
    document: describeConfig(resolved),
    secrets: secretValues(resolved),
    environment,
    notes: resolved.notes,
    hasOwnCap: isAskedFor(resolved.sources.get('limits.maxSpend') ?? { kind: 'default' }),
  }
}
