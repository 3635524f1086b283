import { toJsonObject } from './json-mode.ts'
import type { Profile } from './profile.ts'
import type { ResponseFormat } from './response-format.ts'

/** Operations whose format is remembered. Older ones are forgotten, as the original forgets all at a restart. */
const remembered = 100_000

/** Remembers which operations have to answer with a JSON object, until their answer is read for the first time. */
export type JsonAnswers = {
  /** Records an operation's format. */
  expect(operationId: string, format: ResponseFormat): void
  /** Returns the answer of a finished operation: turned into a JSON object at the first read, raw at later ones. */
  finish(operationId: string, text: string | null): string | null
}

/**
 * Creates the memory. In the later profile the reading process never knows the format, so answers stay raw.
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
