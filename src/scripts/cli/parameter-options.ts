import { type Command, Option } from 'commander'
import type { Flags } from '../../config/flag-layer.ts'
import type { NamedParameter } from '../../config/parameter-names.ts'
import type { Problem } from '../../config/problem.ts'
import { describeUnknownFlag } from '../../config/unknown-flag.ts'

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
  // What the command does not know is reported together with all other problems.
  command.allowUnknownOption().allowExcessArguments()
  for (const { path, parameter } of parameters) {
    if (parameter.flag === undefined) continue
    const option = new Option(parameter.flag, descriptionOf(parameter))
    const heading = headings[path[0]]
    if (heading !== undefined) option.helpGroup(heading)
    if (Array.isArray(parameter.default)) {
      option.argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), value])
    }
    command.addOption(option)
  }
}

/**
 * Reads what was typed: flags by name, and what the command does not know.
 *
 * @param parameters among which somebody may look for a secret
 */
export function readTypedFlags(
  command: Command,
  parameters: readonly NamedParameter[],
): { flags: Flags; problems: Problem[] } {
  const flags: Record<string, unknown> = {}
  for (const option of command.options) {
    const name = option.attributeName()
    if (option.long && command.getOptionValueSource(name) === 'cli')
      flags[option.long] = command.getOptionValue(name)
  }
  const known = command.options.flatMap(({ long }) => (long ? [long] : []))
  const problems: Problem[] = []
  let mayBeValue = false
  for (const argument of command.args) {
    const isFlag = argument.startsWith('-')
    if (isFlag) problems.push(describeUnknownFlag(argument, known, parameters))
    // What follows an unknown flag is probably its value, and may be a secret.
    else if (!mayBeValue) {
      problems.push({ key: command.name(), found: `it takes no argument such as '${argument}', only flags` })
    }
    mayBeValue = isFlag && !argument.includes('=')
  }
  return { flags, problems }
}

function descriptionOf(parameter: NamedParameter['parameter']): string {
  const { default: value, kind, flag } = parameter
  const summary = parameter.flagSummary ?? parameter.summary
  const isPlain = value === undefined || value === false || value === null || flag?.startsWith('--no-')
  return isPlain || (Array.isArray(value) && value.length === 0)
    ? summary
    : `${summary} (default: ${kind.show(value)})`
}
