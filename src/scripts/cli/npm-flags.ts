import type { Command } from 'commander'
import { suggest } from '../../config/suggest.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { CommandIo } from './command-io.ts'

/** Settings of npm itself whose names are close to a flag of ours. */
const settingsOfNpm = new Set(['--cafile', '--force', '--if-present', '--location', '--shell', '--which'])

/**
 * Refuses to go on when npm has kept a flag for itself. `npm run run-test --dry-run` passes nothing to the program, so
 * it would start the run that the flag was meant to prevent. A misspelled flag counts too.
 *
 * npm leaves what it took in the environment: `npm_config_dry_run=true`; `--no-sweep` as an empty `npm_config_sweep`.
 *
 * @throws LoadTestError CONFIG_INVALID with the command line to type instead
 */
export function refuseSwallowedFlags(command: Command, env: CommandIo['env']): void {
  const script = env.npm_lifecycle_event
  if (script === undefined) return
  const swallowed = [...swallowedFlags(command, env), ...misspelledFlags(command, env)]
  if (swallowed.length === 0) return
  const typed = swallowed.map(({ flag }) => flag).join(' ')
  const meant = swallowed.map(({ flag, meant = flag }) => meant).join(' ')
  const words = env.npm_command === 'exec' ? 'npx' : script === 'start' ? 'npm start' : `npm run ${script}`
  throw new LoadTestError('CONFIG_INVALID', `npm kept ${typed} for itself, so nothing was started.`, {
    hint: `Put -- before the flags: \`${words} -- ${meant}\``,
  })
}

type Swallowed = { flag: string; meant?: string | undefined }

/** Flags of the command that npm took. */
function swallowedFlags(command: Command, env: CommandIo['env']): Swallowed[] {
  return command.options.flatMap(({ long, negate }) => {
    if (!long) return []
    const value = env[variableOf(long)]
    return value !== undefined && (value === '') === negate ? [{ flag: long }] : []
  })
}

/** Flags that npm took and does not know, with the flag of the command that they resemble. */
function misspelledFlags(command: Command, env: CommandIo['env']): Swallowed[] {
  const flags = command.options.flatMap(({ long }) => (long ? [long] : []))
  const known = new Set(flags.map(variableOf))
  return Object.keys(env).flatMap((name) => {
    if (!name.startsWith('npm_config_') || known.has(name)) return []
    const flag = `--${name.slice('npm_config_'.length).replaceAll('_', '-')}`
    const meant = settingsOfNpm.has(flag) ? undefined : suggest(flag, flags)
    return meant === undefined ? [] : [{ flag, meant }]
  })
}

const variableOf = (flag: string): string =>
  `npm_config_${flag.replace(/^--(no-)?/, '').replaceAll('-', '_')}`
