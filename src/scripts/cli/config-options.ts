import type { Command } from 'commander'
import type { Environment } from '../../config/environment-layer.ts'
import { configParameters } from '../../config/load-test-config.ts'
import type { NamedParameter } from '../../config/parameter-names.ts'
import { type PresetName, presetNames } from '../../config/presets.ts'
import { readConfigFile } from '../../config/read-config-file.ts'
import { type ResolvedConfig, resolveConfig } from '../../config/resolve-config.ts'
import { checkThreshold } from '../../results/check-threshold.ts'
import type { CommandIo } from './command-io.ts'
import { addEnvironmentOptions, readCommandEnvironment } from './environment-options.ts'
import { addParameterOptions, readTypedFlags } from './parameter-options.ts'

const headings = {
  '': 'What is run:',
  load: 'How users come:',
  capacity: 'Finding the capacity:',
  breaker: 'When the target fails:',
  flow: 'What every user does:',
  retry: 'Retries of idempotent steps:',
  chain: 'The chain:',
  testbed: 'The embedded testbed (--target local):',
  wallets: 'Wallets:',
  limits: 'Limits:',
  output: 'Output:',
} as const

/**
 * Gives a command the flags of a load test: preset, config file, env file, and the parameters of some groups.
 *
 * @param isOffered which parameters the command has flags for. @default all
 */
export function addConfigOptions(
  command: Command,
  isOffered: (parameter: NamedParameter) => boolean = () => true,
): void {
  command
    .optionsGroup('Where settings come from:')
    .option('--preset <name>', `Settings to start from: ${presetNames.join(', ')}.`)
    .option('--config <file>', 'Config file, YAML or JSON; the config.json of a past run is one.')
  addEnvironmentOptions(command)
  addParameterOptions(command, configParameters.filter(isOffered), headings)
}

/**
 * Resolves the configuration of a command that {@link addConfigOptions} prepared.
 *
 * @throws LoadTestError CONFIG_INVALID that lists every problem at once
 */
export function readCommandConfig(
  command: Command,
  io: CommandIo,
  defaultPreset: PresetName,
): { resolved: ResolvedConfig; environment: Environment } {
  const { flags, problems } = readTypedFlags(command, configParameters)
  const { config: configFile } = command.opts<{ config?: string }>()
  const environment = readCommandEnvironment(command, io)
  const file = configFile === undefined ? undefined : readConfigFile(configFile, configParameters)
  const resolved = resolveConfig({ flags, problems, environment, file, defaultPreset, checkThreshold })
  return { resolved, environment }
}
