import type { Command } from 'commander'
import type { Flags } from '../../config/flag-layer.ts'
import type { NamedParameter } from '../../config/parameter-names.ts'
import type { Problem } from '../../config/problem.ts'
import { describeUnknownFlag } from '../../config/unknown-flag.ts'
import type { CommandIo } from './command-io.ts'

/** What was typed on a command line. */
export type TypedFlags = {
  /** Values by flag, under the current names. */
  flags: Flags
  /** Unknown flags, stray arguments, and values that were given twice. */
  problems: Problem[]
}

/**
 * Reads the typed flags of a command that `addParameterOptions` prepared. An old name gives the value to the new one and
 * prints a notice.
 *
 * @param parameters also those without a flag, so that a mistyped secret can be explained
 */
export function readTypedFlags(
  command: Command,
  parameters: readonly NamedParameter[],
  io: Pick<CommandIo, 'stderr'>,
): TypedFlags {
  const typed = new Map<string, unknown>()
  for (const option of command.options) {
    const name = option.attributeName()
    if (option.long && command.getOptionValueSource(name) === 'cli') {
      typed.set(option.long, command.getOptionValue(name))
    }
  }
  const problems: Problem[] = []
  for (const { from, to, isOld } of otherNames(parameters, typed)) {
    const value = typed.get(from)
    typed.delete(from)
    if (typed.has(to)) problems.push({ key: from, found: `means the same as ${to}; use only ${to}` })
    else typed.set(to, value)
    if (isOld) io.stderr.write(`notice: ${from} is now ${to}. The old name still works.\n`)
  }
  problems.push(...unknownArguments(command, parameters))
  return { flags: Object.fromEntries(typed), problems }
}

/** Finds the typed names that stand for others. */
function otherNames(
  parameters: readonly NamedParameter[],
  typed: ReadonlyMap<string, unknown>,
): { from: string; to: string; isOld: boolean }[] {
  return parameters.flatMap(({ flag, parameter: { shortFlag, oldFlags = [] } }) => {
    if (flag === undefined) return []
    const short = shortFlag === undefined ? [] : [{ flag: shortFlag, isOld: false, when: undefined }]
    return [...short, ...oldFlags.map(({ flag, when }) => ({ flag, when, isOld: true }))].flatMap((other) => {
      const [from = ''] = other.flag.split(' ')
      const applies = typed.has(from) && (other.when?.test(String(typed.get(from))) ?? true)
      return applies ? [{ from, to: flag, isOld: other.isOld }] : []
    })
  })
}

/** Finds flags that the command does not have, and arguments beyond those that it takes. */
function unknownArguments(command: Command, parameters: readonly NamedParameter[]): Problem[] {
  const known = command.options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : []))
  const { registeredArguments } = command
  const isVariadic = registeredArguments.some(({ variadic }) => variadic)
  const allowed = isVariadic ? Number.POSITIVE_INFINITY : registeredArguments.length
  const problems: Problem[] = []
  let mayBeValue = false
  command.args.forEach((argument, index) => {
    const isFlag = argument.startsWith('-')
    if (isFlag) problems.push(describeUnknownFlag(argument, known, parameters))
    // A word after an unknown flag is probably its value, and may be a secret.
    else if (!mayBeValue && index >= allowed) {
      problems.push({ key: command.name(), found: `unexpected argument '${argument}'` })
    }
    mayBeValue = isFlag && !argument.includes('=')
  })
  return problems
}
