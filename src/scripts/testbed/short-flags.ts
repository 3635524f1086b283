import { type Command, Option } from 'commander'
import type { Flags } from '../../config/flag-layer.ts'
import type { Problem } from '../../config/problem.ts'

/**
 * What a person who starts one server guesses, and what it stands for. They are names of this command alone: elsewhere
 * some of them mean something else.
 */
const shortFlags = [
  { flag: '--profile <version>', stands: '--server-profile' },
  { flag: '--concurrency <way>', stands: '--server-concurrency' },
  { flag: '--rate-limits [limits]', stands: '--server-rate-limits' },
] as const

/** Gives the command its short flags. */
export function addShortFlags(command: Command, heading: string): void {
  for (const { flag, stands } of shortFlags) {
    command.addOption(new Option(flag, `Short for ${stands}.`).helpGroup(heading))
  }
}

/** Puts the long flags in the place of the short ones that were typed; both at once are a problem. */
export function withoutShortFlags(typed: Flags): { flags: Flags; problems: Problem[] } {
  const flags = { ...typed }
  const problems: Problem[] = []
  for (const { flag, stands } of shortFlags) {
    const [name = ''] = flag.split(' ')
    if (flags[name] === undefined) continue
    if (flags[stands] === undefined) flags[stands] = flags[name]
    else problems.push({ key: name, found: `it means the same as ${stands}; give one of the two` })
    delete flags[name]
  }
  return { flags, problems }
}
