import { createReadStream } from 'node:fs'

/** A line of JSON. */
export type JsonLine = {
  /** From 1. */
  number: number
  /** `undefined` if it is no JSON. */
  value: unknown
}

/**
 * Reads a file of JSON lines one by one, in memory for a few of them. A file that does not exist has no lines, and blank
 * ones are left out.
 *
 * @param options.unfinished whether a last line without its line end counts: it may be one that a crash has cut short
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
