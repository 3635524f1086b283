import type { NamedParameter } from './parameter-names.ts'
import type { Problem } from './problem.ts'
import { suggest } from './suggest.ts'

/**
 * Says what is wrong with a flag that a command does not have.
 *
 * @param argument as typed; what follows a `=` may be a secret and is not repeated
 * @param known all flags of the command
 * @param parameters for those who look for a secret among the flags
 */
export function describeUnknownFlag(
  argument: string,
  known: readonly string[],
  parameters: readonly NamedParameter[],
): Problem {
  const [flag = argument] = argument.split('=', 1)
  const suggestion = suggest(flag, known) ?? known.find((name) => isContinuedBy(name, flag))
  if (suggestion !== undefined) return { key: flag, found: 'unknown flag', suggestion }
  const secrets = parameters.filter(({ parameter }) => parameter.secret)
  const nearest = suggest(
    flag,
    secrets.map(({ path: [, name] }) => name),
  )
  const variable = secrets.find(({ path: [, name] }) => name === nearest)?.env[0]
  if (variable === undefined) return { key: flag, found: 'unknown flag' }
  return {
    key: flag,
    found: `secrets are never flags; set ${variable} or ${variable}_FILE in the environment`,
  }
}

/** Whether a flag is another with up to three letters more: `--output`, where a command has `--out`. */
const isContinuedBy = (name: string, flag: string): boolean =>
  flag.startsWith(name) && flag.length - name.length <= 3
