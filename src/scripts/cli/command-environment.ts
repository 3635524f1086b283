import type { Environment } from '../../config/environment-layer.ts'
import type { Flags } from '../../config/flag-layer.ts'
import { readEnvironment } from '../../config/read-environment.ts'
import type { CommandIo } from './command-io.ts'

/**
 * Reads the environment of a command, and the env file that `--env` names.
 *
 * @throws LoadTestError CONFIG_INVALID when that file does not exist
 */
export function readCommandEnvironment(flags: Flags, io: Pick<CommandIo, 'env' | 'cwd'>): Environment {
  const envFile = flags['--env']
  return readEnvironment({
    env: io.env,
    cwd: io.cwd,
    envFile: envFile === undefined ? undefined : String(envFile),
  })
}
