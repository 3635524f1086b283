import { type Environment, environmentLayer } from './environment-layer.ts'
import { type Flags, flagLayer } from './flag-layer.ts'
import { knownVariables } from './known-variables.ts'
import type { ParameterGroup, ValuesOf } from './parameter.ts'
import { nameParameters } from './parameter-names.ts'
import { type Problem, throwProblems } from './problem.ts'
import { type Resolved, resolveParameters } from './resolve-parameters.ts'
import type { Source } from './source.ts'

/**
 * Resolves groups of parameters by themselves, for commands that take neither preset nor config file.
 *
 * @param groups none of which holds a parameter that is settled from others
 * @param sources.problems what is known to be wrong already
 * @param sources.check finds what is wrong among values that are right each by itself; called with those that are
 * @throws LoadTestError CONFIG_INVALID that lists every problem at once
 * @example resolveGroups({ testbed: testbedParameters }, { flags, environment }).testbed.blockTimeMs
 */
export function resolveGroups<Groups extends Record<string, ParameterGroup>>(
  groups: Groups,
  sources: {
    flags: Flags
    environment: Environment
    problems?: readonly Problem[]
    check?: (values: ReadonlyMap<string, Resolved>) => readonly Problem[]
    hint?: string
  },
): { [Group in keyof Groups]: ValuesOf<Groups[Group]> } {
  return resolveGroupSources(groups, sources).values
}

/**
 * As `resolveGroups`, and says of each value where it came from.
 *
 * @returns `sourceOf` takes a key such as `testbed.blockTime`; a value that nothing gives has the source `default`
 */
export function resolveGroupSources<Groups extends Record<string, ParameterGroup>>(
  groups: Groups,
  sources: Parameters<typeof resolveGroups<Groups>>[1],
): { values: { [Group in keyof Groups]: ValuesOf<Groups[Group]> }; sourceOf(key: string): Source } {
  const parameters = nameParameters(groups)
  const fromEnvironment = environmentLayer(parameters, sources.environment, knownVariables())
  const layers = [flagLayer(parameters, sources.flags), fromEnvironment.layer]
  const { values, problems } = resolveParameters(parameters, layers)
  const among = sources.check?.(values) ?? []
  throwProblems(
    [...(sources.problems ?? []), ...fromEnvironment.problems, ...problems, ...among],
    sources.hint,
  )
  const resolved: Record<string, Record<string, unknown>> = {}
  for (const { key, path } of parameters) {
    const [group, name] = path
    resolved[group] = { ...resolved[group], [name]: values.get(key)?.value }
  }
  // The groups make the type; every value passed its own schema.
  return {
    values: resolved as { [Group in keyof Groups]: ValuesOf<Groups[Group]> },
    sourceOf: (key) => values.get(key)?.source ?? { kind: 'default' },
  }
}
