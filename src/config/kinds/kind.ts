import { z } from 'zod'

/** A kind of value: how it is read from what a flag, a variable or a file gave, and how it is written for people. */
export type Kind<T> = {
  /** Reads text, and what YAML or JSON already turned into a number, a boolean or a list. */
  schema: z.ZodType<T>
  /** What is allowed, as the end of the sentence "allowed: ...". */
  allowed: string
  /** Writes the value in a form that {@link Kind.schema} reads back. */
  show(value: T): string
  /**
   * Writes a value that may hold an access key without it, for people and results. Where this is given, the value never
   * goes into an argument list, an error or a file. @default as {@link Kind.show}
   */
  label?(value: T): string
  /** What a text is that is not allowed, free of secrets, where more can be said of it than that. */
  why?(text: string): string | undefined
}

/**
 * Makes a kind from a function that reads text and returns `undefined` for what it does not allow.
 *
 * @example kindOf({ read: parseSeed, allowed: 'a word', show: String })
 */
export function kindOf<T>(options: {
  read: (text: string) => T | undefined
  allowed: string
  show: (value: T) => string
  /** Whether spaces at the ends of the text count, as in a passphrase. @default false */
  verbatim?: boolean
}): Kind<T> {
  const { read, allowed, show, verbatim = false } = options
  const schema = z.union([z.string(), z.number(), z.boolean()]).transform((raw, context): T => {
    const value = read(verbatim ? String(raw) : String(raw).trim())
    if (value !== undefined) return value
    context.addIssue(allowed)
    return z.NEVER
  })
  return { schema, allowed, show }
}

/**
 * Makes the kind of a list from the kind of its items; in text, items are separated by commas.
 *
 * @example listOf(url)
 */
export function listOf<T>(item: Kind<T>, allowed: string): Kind<T[]> {
  const separate = (raw: unknown): unknown =>
    typeof raw === 'string'
      ? raw
          .split(/[,\n]/)
          .map((part) => part.trim())
          .filter((part) => part !== '')
      : raw
  const { label } = item
  return {
    schema: z.preprocess(separate, z.array(item.schema)),
    allowed,
    show: (values) => values.map((value) => item.show(value)).join(', '),
    ...(label && { label: (values: T[]) => values.map((value) => label(value)).join(', ') }),
  }
}
