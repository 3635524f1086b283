import type { Environment } from '../config/environment-layer.ts'
import { configParameters, type LoadTestConfig } from '../config/load-test-config.ts'
import { readParameters } from '../config/read-parameters.ts'
import { type ResolvedConfig, resolveConfig as resolveSources } from '../config/resolve-config.ts'
import { learnVariables } from '../redaction/process-redactor.ts'
import { checkThreshold } from '../results/check-threshold.ts'
import { isCommandOnly } from './command-only.ts'
import type { LoadTestParameters } from './load-test-parameters.ts'

/** Variables by name, such as `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Options of {@link resolveConfig}. */
export type ResolveConfigOptions = {
  /**
   * Environment variables to read as the program reads its own: secrets (`VANA_LOAD_FUNDER_PRIVATE_KEY`), the parts of the target
   * `env`, and parameters that are not given (`VANA_LOAD_RATE`). @default none: `process.env` is not read
   */
  env?: Variables | undefined
}

/**
 * Makes the complete configuration of a load test from some parameters: those given here, then the environment, then the preset,
 * then defaults.
 *
 * @throws LoadTestError `CONFIG_INVALID`, which lists every problem at once
 * @example
 * const { users, load } = resolveConfig({ preset: 'burst', rate: '2/s' })
 * console.log(users, load.durationMs)
 */
export function resolveConfig(
  parameters: LoadTestParameters = {},
  options: ResolveConfigOptions = {},
): LoadTestConfig {
  return resolveAll(parameters, options).resolved.config
}

/** Resolves parameters, and keeps what a run needs besides the configuration. */
export function resolveAll(
  { target, ...parameters }: LoadTestParameters,
  { env = {} }: ResolveConfigOptions,
): { resolved: ResolvedConfig; environment: Environment } {
  learnVariables(Object.entries(env))
  const environment = new Map(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, { value }] as const])),
  )
  const file = readParameters({ ...parameters, target: typeof target === 'object' ? target.name : target })
  const problems = configParameters
    .filter((named) => isCommandOnly(named) && file.layer.has(named.key))
    .map(({ key }) => ({ key, found: 'it is for the command line, and the library does not have it' }))
  return { resolved: resolveSources({ environment, file, checkThreshold, problems }), environment }
}
