import { toJsonObject } from './json-mode.ts'
import type { Profile } from './profile.ts'
import type { ResponseFormat } from './response-format.ts'

/** Operations whose format is remembered; the oldest are forgotten, as all are when the original restarts. */
const remembered = 100_000

/** Remembers which operations were asked for a JSON object, until their answer was read once. */
export type JsonAnswers = {
  /** Notes an operation's format. */
  expect(operationId: string, format: ResponseFormat): void
  /** Gives the answer as a finished operation's reader sees it: made an object the first time, raw from then on. */
  finish(operationId: string, text: string | null): string | null
}

/**
 * Makes the memory. In the later version the process that reads never knew the format, so answers stay raw.
 *
 * @example const answers = createJsonAnswers(profile)
 */
export function createJsonAnswers(profile: Profile): JsonAnswers {
  const expecting = new Set<string>()
  return {
    expect(operationId, format) {
      if (format !== 'json_object' || profile.wrapsResult) return
      const [oldest] = expecting.size >= remembered ? expecting : []
      if (oldest !== undefined) expecting.delete(oldest)
      expecting.add(operationId)
    },
    finish(operationId, text) {
      return expecting.delete(operationId) && text !== null ? toJsonObject(text) : text
    },
  }
}
