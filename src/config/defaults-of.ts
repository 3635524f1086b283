import type { ParameterGroup, ValuesOf } from './parameter.ts'

/**
 * Returns the defaults of a group of parameters: `undefined` for one that has none.
 *
 * @example defaultsOf(chainParameters).pollIntervalMs // 500
 */
export function defaultsOf<Group extends ParameterGroup>(group: Group): ValuesOf<Group> {
  const entries = Object.entries(group).map(([name, parameter]) => [name, parameter.default])
  // A default has the type of its parameter.
  return Object.fromEntries(entries) as ValuesOf<Group>
}
