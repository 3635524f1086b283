import { type Environment, environmentLayer } from './environment-layer.ts'
import { type Flags, flagLayer } from './flag-layer.ts'
import { knownVariables } from './known-variables.ts'
import type { ParameterGroup, ValuesOf } from './parameter.ts'
import { nameParameters } from './parameter-names.ts'
import { type Problem, throwProblems } from './problem.ts'
import { type Resolved, resolveParameters } from './resolve-parameters.ts'
import type { Source } from './source.ts'

/** The values of groups of parameters, by group and name. */
export type GroupValues<Groups extends Record<string, ParameterGroup>> = {
  [Group in keyof Groups]: ValuesOf<Groups[Group]>
}

/** What groups of parameters are resolved from. */
type GroupSources = {
  flags: Flags
  environment: Environment
  /** Problems that are known already. */
  problems?: readonly Problem[] | undefined
  /** Finds problems among values that are each right on their own; called with those that are. */
  check?: ((values: ReadonlyMap<string, Resolved>) => readonly Problem[]) | undefined
  hint?: string | undefined
}

/**
 * Resolves groups of parameters for commands that take neither preset nor config file.
 *
 * @param groups none of which holds a parameter that is settled from others
 * @returns the values, and the source of each by its key, such as `testbed.blockTime`
 * @throws LoadTestError CONFIG_INVALID that lists every problem at once
 * @example resolveGroups({ testbed: testbedParameters }, { flags, environment }).values.testbed.blockTimeMs
 */
export function resolveGroups<Groups extends Record<string, ParameterGroup>>(
  groups: Groups,
  sources: GroupSources,
): { values: GroupValues<Groups>; sourceOf(key: string): Source } {
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
    values: resolved as GroupValues<Groups>,
    sourceOf: (key) => values.get(key)?.source ?? { kind: 'default' },
  }
}
