import { createReadStream } from 'node:fs'

/** A line of JSON. */
export type JsonLine = {
  /** From 1. */
  number: number
  /** `undefined` if it is not JSON. */
  value: unknown
}

/**
 * Reads a file of JSON lines one by one, with only a few in memory. A missing file has no lines. Blank lines are skipped.
 *
 * @param options.unfinished whether to include a last line without a line end, which a crash may have truncated
 * @throws the file system's error
 * @example for await (const { value } of readJsonLines('flows.ndjson', { unfinished: false })) console.log(value)
 */
export async function* readJsonLines(
  path: string,
  { unfinished }: { unfinished: boolean },
): AsyncGenerator<JsonLine> {
  let number = 0
  for await (const text of linesOf(path, unfinished)) {
    number += 1
    if (text.trim() !== '') yield { number, value: parseJson(text) }
  }
}

async function* linesOf(path: string, unfinished: boolean): AsyncGenerator<string> {
  const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: 256 * 1024 })
  let rest = ''
  try {
    for await (const piece of stream) {
      const lines = (rest + String(piece)).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    if (unfinished) yield rest
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
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
