/** A kind of value: reads what a flag, a variable or a file gives, and writes it for people. */
export type Kind<T> = {
  /**
   * Reads text, and what YAML or JSON has already turned into a number, a boolean or a list.
   *
   * @returns `undefined` for anything that is not allowed
   */
  read(raw: unknown): T | undefined
  /** Allowed values, as the end of the sentence "allowed: ...". */
  allowed: string
  /** Writes the value in a form that {@link Kind.read} reads back. */
  show(value: T): string
  /**
   * Writes a value that may hold an access key without that key, for people and results. A value of such a kind never
   * goes into an argument list, an error or a file. @default as {@link Kind.show}
   */
  label?(value: T): string
  /** Explains why a text is not allowed, without repeating secrets, where there is more to say than that. */
  why?: ((text: string) => string | undefined) | undefined
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
  /** Keep spaces at the ends of the text, as in a passphrase. @default false */
  verbatim?: boolean | undefined
}): Kind<T> {
  const { read, allowed, show, verbatim = false } = options
  return {
    read(raw) {
      if (!['string', 'number', 'boolean'].includes(typeof raw)) return undefined
      return read(verbatim ? String(raw) : String(raw).trim())
    },
    allowed,
    show,
  }
}

/**
 * Makes the kind of a list from the kind of its items. In text, commas or line breaks separate the items.
 *
 * @example listOf(url)
 */
export function listOf<T>(item: Kind<T>, allowed: string): Kind<T[]> {
  const { label } = item
  const list: Kind<T[]> = {
    read: (raw) => readAll(typeof raw === 'string' ? splitList(raw) : raw, (one) => item.read(one)),
    allowed,
    show: (values) => values.map((value) => item.show(value)).join(', '),
  }
  if (label) list.label = (values) => values.map((value) => label(value)).join(', ')
  return list
}

/** Splits a text at commas and line breaks; empty items do not count. */
export function splitList(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Reads every item of a list; `undefined` when one of them cannot be read, or when it is not a list. */
export function readAll<T>(raw: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(raw)) return undefined
  const values = raw.map(read).filter((value) => value !== undefined)
  return values.length === raw.length ? values : undefined
}
