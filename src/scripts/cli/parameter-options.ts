import { type Command, Option } from 'commander'
import type { NamedParameter } from '../../config/parameter-names.ts'

/**
 * Gives a command a flag for every parameter that has one, under the heading of its group.
 *
 * @param headings by group
 */
export function addParameterOptions(
  command: Command,
  parameters: readonly NamedParameter[],
  headings: Readonly<Record<string, string>>,
): void {
  // Unknown flags and arguments are reported together with all other problems.
  command.allowUnknownOption().allowExcessArguments()
  for (const { path, parameter } of parameters) {
    if (parameter.flag === undefined) continue
    const add = (flag: string, description: string): Option => {
      const option = new Option(flag, description)
      const heading = headings[path[0]]
      if (heading !== undefined) option.helpGroup(heading)
      if (Array.isArray(parameter.default)) option.argParser(collect)
      command.addOption(option)
      return option
    }
    const [name] = parameter.flag.split(' ')
    add(parameter.flag, descriptionOf(parameter))
    if (parameter.shortFlag !== undefined) add(parameter.shortFlag, `Short for ${name}.`)
  }
  // Last, so that a parameter which has taken over an old name keeps it.
  for (const { parameter } of parameters) {
    for (const { flag } of parameter.oldFlags ?? []) {
      const [name] = flag.split(' ')
      if (command.options.some(({ long }) => long === name)) continue
      command.addOption(new Option(flag).hideHelp())
    }
  }
}

const collect = (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), value]

function descriptionOf(parameter: NamedParameter['parameter']): string {
  const { default: value, kind, flag } = parameter
  const summary = parameter.flagSummary ?? parameter.summary
  const isPlain = value === undefined || value === false || value === null || flag?.startsWith('--no-')
  return isPlain || (Array.isArray(value) && value.length === 0)
    ? summary
    : `${summary} (default: ${kind.show(value)})`
}
