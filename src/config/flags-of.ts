import type { ParameterGroup, ValuesOf } from './parameter.ts'

/**
 * Writes values of a group's parameters as the flags that ask for them, for a command that runs in another process.
 * Those that may hold an access key are left out: other users of the machine can read them; see `variablesOf`.
 *
 * @param values of this group; what else there is does not matter
 * @example flagsOf({ blockTimeMs }, { blockTimeMs: 6000 }) // ['--block-time', '6s']
 */
export function flagsOf<Group extends ParameterGroup>(
  group: Group,
  values: NoInfer<ValuesOf<Group>>,
): string[] {
  return Object.entries(group).flatMap(([name, { flag, kind, default: otherwise }]) => {
    const value: unknown = values[name as keyof Group]
    const isNothing = value === undefined || (Array.isArray(value) && value.length === 0)
    if (isNothing || flag === undefined || kind.label !== undefined) return []
    const [word = ''] = flag.split(' ')
    if (typeof value === 'boolean') return value ? [word] : []
    // A flag that may be given several times is given once for each.
    const isRepeated = Array.isArray(value) && Array.isArray(otherwise)
    return isRepeated ? value.flatMap((item) => [word, kind.show([item])]) : [word, kind.show(value)]
  })
}
