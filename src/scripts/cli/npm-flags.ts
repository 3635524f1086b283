import type { Command } from 'commander'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { CommandIo } from './command-io.ts'

/**
 * Refuses to go on when npm kept a flag for itself: `npm run run-test --dry-run` passes nothing on, and what was to be
 * shown only would be run.
 *
 * npm leaves what it took in the environment: `npm_config_dry_run=true`; `--no-sweep` as an empty `npm_config_sweep`.
 *
 * @throws LoadTestError CONFIG_INVALID with the command line to type instead
 */
export function refuseSwallowedFlags(command: Command, env: CommandIo['env']): void {
  const script = env.npm_lifecycle_event
  if (script === undefined) return
  const swallowed = command.options.flatMap(({ long, negate }) => {
    if (!long) return []
    const name = long.replace(/^--(no-)?/, '').replaceAll('-', '_')
    const value = env[`npm_config_${name}`]
    return value !== undefined && (value === '') === negate ? [long] : []
  })
  if (swallowed.length === 0) return
  const flags = swallowed.join(' ')
  const words = env.npm_command === 'exec' ? 'npx' : script === 'start' ? 'npm start' : `npm run ${script}`
  throw new LoadTestError('CONFIG_INVALID', `npm kept ${flags} for itself, so nothing was started.`, {
    hint: `Put -- before the flags: \`${words} -- ${flags}\``,
  })
}
