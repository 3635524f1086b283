import { redacted } from '../redaction/redact.ts'
import { redactPatterns } from '../redaction/redact-patterns.ts'
import type { Kind } from './kinds/kind.ts'
import { configParameters } from './load-test-config.ts'
import type { ResolvedConfig } from './resolve-config.ts'
import { describeSource, isAskedFor } from './source.ts'

/** A configuration as it is kept with a run and shown to people: free of secrets. */
export type ConfigDocument = {
  schemaVersion: 1
  /** What was asked for, in the form of a config file: `--config` on this document asks for the same again. */
  settings: Record<string, unknown>
  /** Every value, however it came about, with its source. */
  values: Record<string, { value: unknown; source: string }>
}

/**
 * Describes a configuration for `config.json` and for people; secrets appear as `[redacted]`, among the values only.
 *
 * @example describeConfig(resolved).values['load.rate'] // { value: '2/s', source: 'preset smoke' }
 */
export function describeConfig({ config, sources, values }: ResolvedConfig): ConfigDocument {
  const settings: Record<string, unknown> = { preset: config.preset }
  const described: ConfigDocument['values'] = {}
  for (const { key, path, parameter } of configParameters) {
    const value = values.get(key)
    const source = sources.get(key)
    if (value === undefined || source === undefined) continue
    const shown = parameter.secret ? redacted : showValue(value, parameter.kind)
    described[key] = { value: shown, source: describeSource(source) }
    if (parameter.secret || !isAskedFor(source)) continue
    const [group] = path
    if (group === '') settings[key] = shown
    else
      settings[group] = { ...(settings[group] as object | undefined), [key.slice(group.length + 1)]: shown }
  }
  return { schemaVersion: 1, settings, values: described }
}

function showValue(value: unknown, { show, label }: Kind<unknown>): unknown {
  if (label !== undefined) return label(value)
  if (typeof value === 'number' && show(value) === String(value)) return value
  if (typeof value === 'boolean') return value
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  return redactPatterns(show(value))
}

/**
 * Lists every secret of a configuration, for redacting whatever else is written. What URLs hold is known to the redaction already.
 *
 * @example secretValues(config) // ['0xac09...', 'test test ...']
 */
export function secretValues({ values }: Pick<ResolvedConfig, 'values'>): string[] {
  return configParameters
    .filter(({ parameter }) => parameter.secret)
    .flatMap(({ key }) => values.get(key))
    .filter((value) => typeof value === 'string')
}
