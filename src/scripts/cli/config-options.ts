import type { Command } from 'commander'
import type { Environment } from '../../config/environment-layer.ts'
import { flagLayer } from '../../config/flag-layer.ts'
import { configParameters } from '../../config/load-test-config.ts'
import type { ParameterGroup, ValuesOf } from '../../config/parameter.ts'
import { type NamedParameter, nameParameters } from '../../config/parameter-names.ts'
import { loadTestSourceParameters, sourceParameters } from '../../config/parameters/sources.ts'
import type { PresetName } from '../../config/presets.ts'
import type { ResolvedConfig } from '../../config/resolve-config.ts'
import { resolveParameters } from '../../config/resolve-parameters.ts'
import { readCommandEnvironment } from './command-environment.ts'
import type { CommandIo } from './command-io.ts'
import { addParameterOptions } from './parameter-options.ts'
import { readTypedFlags } from './typed-flags.ts'

const headings = {
  sources: 'Where settings come from:',
  '': 'The run:',
  load: 'Load:',
  capacity: 'Capacity search:',
  breaker: 'Circuit breaker:',
  flow: 'The flow of each user:',
  retry: 'Retries of idempotent steps:',
  chain: 'The chain:',
  testbed: 'The embedded testbed (--target local):',
  wallets: 'Wallets:',
  limits: 'Limits:',
  output: 'Output:',
}

/** The parameters of a command that takes the settings of a load test. */
export type ConfigOptionsSpec<Own> = {
  /** The preset when no source names one. */
  defaultPreset: PresetName
  /** Parameters that only this command has; flags alone give them. */
  own: Own
  /** Which settings the command has flags for. @default all */
  isOffered?: ((parameter: NamedParameter) => boolean) | undefined
}

/** The settings of a load test as a command resolved them. */
export type ConfigOptions<Own extends ParameterGroup> = {
  own: ValuesOf<Own>
  resolved: ResolvedConfig
  environment: Environment
}

/**
 * Gives a command the flags of a load test: its settings, and the preset and files they come from.
 *
 * @returns a function for the action of the command, which resolves the settings. It rejects with LoadTestError
 * CONFIG_INVALID and every problem at once
 */
export function addConfigOptions<const Own extends ParameterGroup>(
  command: Command,
  io: CommandIo,
  spec: ConfigOptionsSpec<Own>,
): () => Promise<ConfigOptions<Own>> {
  const { defaultPreset, isOffered = () => true } = spec
  const group = command.name()
  const own = nameParameters({ [group]: spec.own })
  const sources = nameParameters({ sources: { ...loadTestSourceParameters, ...sourceParameters } })
  addParameterOptions(command, [...own, ...sources, ...configParameters.filter(isOffered)], {
    ...headings,
    [group]: 'This command:',
  })
  return async () => {
    const { flags, problems } = readTypedFlags(command, [...own, ...configParameters], io)
    const ownValues = resolveParameters(own, [flagLayer(own, flags)])
    problems.push(...ownValues.problems)
    const environment = readCommandEnvironment(flags, io)
    const { readConfigFile } = await import('../../config/read-config-file.ts')
    const { resolveConfig } = await import('../../config/resolve-config.ts')
    const { checkThreshold } = await import('../../results/check-threshold.ts')
    const configFile = flags['--config']
    const file = configFile === undefined ? undefined : readConfigFile(String(configFile), configParameters)
    const resolved = resolveConfig({ flags, problems, environment, file, defaultPreset, checkThreshold })
    const values = own.map(({ key, path: [, name] }) => [name, ownValues.values.get(key)?.value])
    // The table that names the parameters also makes the type; every value was read by its kind.
    return { own: Object.fromEntries(values) as ValuesOf<Own>, resolved, environment }
  }
}
