/** A failure to count. */
export type ErrorOccurrence = {
  code: string
  /** The step in which it happened; `null` outside any step. */
  step: string | null
  retriable: boolean
  /** Already redacted. */
  message: string
  /** Milliseconds since the start of the run. */
  atMs: number
  /** The arrival's number, to find it in `flows.ndjson`. */
  flow: number
}

/** All failures with the same code in the same step. */
export type ErrorClass = {
  code: string
  step: string | null
  count: number
  retriable: boolean
  /** The message of the first one. */
  example: string
  exampleFlow: number
  /** Times of the first and the last one, in milliseconds since the start of the run. */
  firstMs: number
  lastMs: number
}

/** Longest example to keep, since error texts may quote whole responses. */
const longestExample = 600

/** Counts failures by code and step, keeping the first message of each. */
export type ErrorClasses = {
  add(occurrence: ErrorOccurrence): void
  /** Returns the classes, most frequent first; ties by the time of the first. */
  list(): ErrorClass[]
}

/** Makes an empty count of failures. Its memory depends on the number of codes and steps, not of failures. */
export function createErrorClasses(): ErrorClasses {
  const classes = new Map<string, ErrorClass>()
  return {
    add({ code, step, retriable, message, atMs, flow }) {
      const key = `${code}\n${step ?? ''}`
      const known = classes.get(key)
      if (known !== undefined) {
        known.count += 1
        if (atMs < known.firstMs) {
          known.firstMs = atMs
          known.example = shorten(message)
          known.exampleFlow = flow
        }
        known.lastMs = Math.max(known.lastMs, atMs)
        return
      }
      classes.set(key, {
        code,
        step,
        count: 1,
        retriable,
        example: shorten(message),
        exampleFlow: flow,
        firstMs: atMs,
        lastMs: atMs,
      })
    },
    list() {
      return [...classes.values()]
        .sort((a, b) => b.count - a.count || a.firstMs - b.firstMs)
        .map((errorClass) => ({ ...errorClass }))
    },
  }
}

function shorten(message: string): string {
  return message.length <= longestExample ? message : `${message.slice(0, longestExample - 1)}…`
}
