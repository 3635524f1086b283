import type { Kind } from './kinds/kind.ts'

/** A flag that also gives a parameter. */
type OtherFlag = {
  /** The flag with its argument, such as `--results <folder>`. */
  flag: string
  /** Values that the flag passes on; others belong to a parameter that has taken over the name. @default all */
  when?: RegExp | undefined
}

/** A parameter's names and texts: everything but its kind and default. */
type Facts = {
  /** One line for people. */
  summary: string
  /** Effect of the flag, where that is the opposite of the value. @default the summary */
  flagSummary?: string | undefined
  /** Name on the command line, such as `--users <count>`; absent: not a flag. */
  flag?: string | undefined
  /** A shorter flag of one command for the same value. */
  shortFlag?: string | undefined
  /** Earlier flags for the same value; they still work and print a notice. */
  oldFlags?: readonly OtherFlag[] | undefined
  /**
   * Name of our own variable, after the prefix; `false` for a flag that belongs to one invocation.
   *
   * @default as the flag, or as the key where there is none
   */
  variable?: string | false | undefined
  /** Names that other tools of the field give the same variable; looked at after our own. */
  alsoEnv?: readonly string[] | undefined
}

/** One parameter: the source of its flag, variable, config key, help text and manual entry. */
export type Parameter<T> = Facts & {
  kind: Kind<Exclude<T, undefined>>
  /** Value when no source gives one. */
  default: T | undefined
  /** Origin of the value when no source gives it and there is no default, such as `users / rate`. */
  settledFrom?: string | undefined
  /** Never shown, never a flag, never in a config file. */
  secret: boolean
}

/** Parameters by their names in the configuration, units included. */
export type ParameterGroup = Readonly<Record<string, Parameter<unknown>>>

/** The values of a group's parameters. */
export type ValuesOf<Group> = { [Name in keyof Group]: Group[Name] extends Parameter<infer T> ? T : never }

/**
 * Describes a parameter with a default.
 *
 * @example parameter(wholeNumber({ min: 1, max: 9 }), { default: 3, flag: '--count <n>', summary: 'How many.' })
 */
export function parameter<const T>(kind: Kind<T>, facts: Facts & { default: NoInfer<T> }): Parameter<T> {
  return { kind: kind as Kind<Exclude<T, undefined>>, secret: false, ...facts }
}

/**
 * Describes a parameter that may have no value. With `settledFrom`, it may follow from other parameters.
 *
 * @example optional(text('a path'), { summary: 'Where to look.' })
 */
export function optional<T>(
  kind: Kind<T>,
  facts: Facts & { settledFrom?: string | undefined },
): Parameter<T | undefined> {
  return { kind: kind as Kind<Exclude<T, undefined>>, secret: false, default: undefined, ...facts }
}

/**
 * Describes a parameter that follows from others when no source gives it.
 *
 * @example settled(rate, { settledFrom: 'users / time', summary: 'Arrivals per second.' })
 */
export function settled<T>(kind: Kind<T>, facts: Facts & { settledFrom: string }): Parameter<T> {
  return { kind: kind as Kind<Exclude<T, undefined>>, secret: false, default: undefined, ...facts }
}

/**
 * Describes a secret: read from the environment or from a file that a variable names, never shown.
 *
 * @example secret(privateKey, { summary: 'The key that pays.' })
 */
export function secret<T>(kind: Kind<T>, facts: Omit<Facts, 'flag'>): Parameter<T | undefined> {
  return { kind: kind as Kind<Exclude<T, undefined>>, secret: true, default: undefined, ...facts }
}
