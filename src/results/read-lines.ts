import type { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'
import { type JsonLine, readJsonLines } from '../files/read-json-lines.ts'

/**
 * Reads a file of JSON lines one by one and validates each. A missing file has no lines.
 *
 * Skips a last line without a line end: it is still being written, or its writer was killed.
 *
 * @throws LoadTestError RUN_UNREADABLE with the number of the first invalid line
 * @example for await (const flow of readLines('flows.ndjson', flowLineSchema)) recorder.replay(flow)
 */
export async function* readLines<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): AsyncGenerator<z.output<Schema>> {
  for await (const { number, value } of completeLines(path)) {
    const parsed = schema.safeParse(value)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      const reason = issue === undefined ? 'not valid' : `${issue.path.join('.')}: ${issue.message}`
      throw new LoadTestError('RUN_UNREADABLE', `Line ${number} of ${path} cannot be read: ${reason}`)
    }
    yield parsed.data
  }
}

async function* completeLines(path: string): AsyncGenerator<JsonLine> {
  try {
    yield* readJsonLines(path, { unfinished: false })
  } catch (cause) {
    throw new LoadTestError('RUN_UNREADABLE', `${path} cannot be read.`, { cause })
  }
}
