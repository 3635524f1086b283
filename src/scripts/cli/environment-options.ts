import type { Command } from 'commander'
import type { Environment } from '../../config/environment-layer.ts'
import { readEnvironment } from '../../config/read-environment.ts'
import type { CommandIo } from './command-io.ts'

/** Gives a command the flags that every command has. The name `--env-file` would be taken by Node itself. */
export function addEnvironmentOptions(command: Command): void {
  command
    .option('--env <file>', 'File with environment variables. (default: .env, where there is one)')
    .option('--debug', 'Show the stack of an error.')
}

/**
 * Reads the environment of a command that {@link addEnvironmentOptions} prepared.
 *
 * @throws LoadTestError CONFIG_INVALID when the env file does not exist
 */
export function readCommandEnvironment(command: Command, io: CommandIo): Environment {
  const { env: envFile } = command.opts<{ env?: string }>()
  return readEnvironment({ env: io.env, cwd: io.cwd, envFile })
}
