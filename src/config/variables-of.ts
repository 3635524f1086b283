import type { ParameterGroup, ValuesOf } from './parameter.ts'
import { nameParameters } from './parameter-names.ts'

/**
 * Writes those values of a group that may hold an access key as environment variables, for a command that runs in another
 * process; the rest goes by `flagsOf`.
 *
 * @example variablesOf({ forkUrl }, { forkUrl: 'https://rpc.test/v2/key' }) // { VANA_LOAD_FORK: 'https://rpc.test/v2/key' }
 */
export function variablesOf<Group extends ParameterGroup>(
  group: Group,
  values: NoInfer<ValuesOf<Group>>,
): Record<string, string> {
  const entries = nameParameters({ '': group }).flatMap(({ path: [, name], env: [variable], parameter }) => {
    const value: unknown = values[name as keyof Group]
    const isGoing = value !== undefined && variable !== undefined && parameter.kind.label !== undefined
    return isGoing ? [[variable, parameter.kind.show(value)]] : []
  })
  return Object.fromEntries(entries)
}
