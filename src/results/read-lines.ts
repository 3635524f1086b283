import { createReadStream } from 'node:fs'
import type { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'

/**
 * Reads a file of JSON lines one by one, each checked against a schema. A file that does not exist has no lines.
 *
 * A last line without its line end is left out: it is still being written, or its writer was killed.
 *
 * @throws LoadTestError RUN_UNREADABLE with the number of the first line that is not as it must be
 * @example for await (const flow of readLines('flows.ndjson', flowLineSchema)) recorder.replay(flow)
 */
export async function* readLines<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): AsyncGenerator<z.output<Schema>> {
  let number = 0
  for await (const text of completeLines(path)) {
    number += 1
    if (text.trim() === '') continue
    const parsed = schema.safeParse(parseJson(text))
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      const reason = issue === undefined ? 'not valid' : `${issue.path.join('.')}: ${issue.message}`
      throw new LoadTestError('RUN_UNREADABLE', `Line ${number} of ${path} cannot be read: ${reason}`)
    }
    yield parsed.data
  }
}

async function* completeLines(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: 256 * 1024 })
  let rest = ''
  try {
    for await (const piece of stream) {
      const lines = (rest + String(piece)).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return
    throw new LoadTestError('RUN_UNREADABLE', `${path} cannot be read.`, { cause })
  } finally {
    stream.destroy()
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
