import type { Kind } from './kinds/kind.ts'

/** What a parameter says of itself besides its kind and default. */
type Facts = {
  /** One line for people. */
  summary: string
  /** What the flag does, where that is the opposite of the value. @default the summary */
  flagSummary?: string
  /** How the command line names it, such as `--users <count>`; absent: not a flag. */
  flag?: string
  /** The name of our own variable, after the prefix. @default as the flag, or as the key where there is none */
  variable?: string
  /** Names that other tools of the field give the same variable; looked at after our own. */
  alsoEnv?: readonly string[]
}

/** One parameter: everything the flags, the environment, the config file, the help and the manual need to know. */
export type Parameter<T> = Facts & {
  kind: Kind<Exclude<T, undefined>>
  /** What holds when no source says anything. */
  default: T | undefined
  /** How the value comes about when no source gives it and there is no default, such as `users / rate`. */
  settledFrom?: string
  /** Never shown, never a flag, never in a config file. */
  secret: boolean
}

/** Parameters by the name that the configuration has for them, unit included. */
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
 * Describes a parameter that may stay without a value; with `settledFrom`, where others have none to give it.
 *
 * @example optional(text('a path'), { summary: 'Where to look.' })
 */
export function optional<T>(
  kind: Kind<T>,
  facts: Facts & { settledFrom?: string },
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
