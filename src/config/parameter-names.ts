import type { Parameter, ParameterGroup } from './parameter.ts'

/** Every environment variable of our own begins with this. */
export const envPrefix = 'VANA_LOAD_'

/** A parameter together with all of its names. */
export type NamedParameter = {
  /** As in a config file, such as `load.rampUp`. */
  key: string
  /** Where the configuration holds it, such as `['load', 'rampUpMs']`; the group is empty at the top. */
  path: readonly [group: string, name: string]
  parameter: Parameter<unknown>
  /** The flag without its argument, such as `--ramp-up`. */
  flag: string | undefined
  /** Environment variables that give it, the first found wins; for a secret each also with `_FILE`. */
  env: readonly string[]
}

/**
 * Names the parameters of groups: the unit at the end of a name is left out of the key, and the environment variable
 * follows the flag, or the key where there is none.
 *
 * @param groups by the name of the group; the group named `''` stands at the top of the configuration
 */
export function nameParameters(groups: Readonly<Record<string, ParameterGroup>>): NamedParameter[] {
  return Object.entries(groups).flatMap(([group, parameters]) =>
    Object.entries(parameters).map(([name, parameter]) => {
      const bareName = name.replace(/(Ms|Wei|PerSecond)$/, '')
      const flag = parameter.flag?.split(' ')[0]
      const words = flag
        ? flag.replace(/^--(no-)?/, '')
        : bareName.replace(/[A-Z]/g, (letter) => `-${letter}`)
      return {
        key: group === '' ? bareName : `${group}.${bareName}`,
        path: [group, name] as const,
        parameter,
        flag,
        env: variablesOf(parameter, words),
      }
    }),
  )
}

/** Lists the variables of a parameter, our own first. */
function variablesOf({ variable, alsoEnv = [] }: Parameter<unknown>, words: string): string[] {
  if (variable === false) return [...alsoEnv]
  return [envPrefix + (variable ?? words.toUpperCase().replaceAll('-', '_')), ...alsoEnv]
}
