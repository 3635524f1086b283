import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/** Characters that are written at once. */
const pieceLength = 1024 * 1024

/**
 * Writes a file anew with some of its lines replaced, and puts it in place of the old one when it is whole and on the
 * disk. It is read and written in pieces, whatever its size.
 *
 * @param change gives the text of a line, the same or another; without its line end
 * @example await replaceLines('flows.ndjson', (line) => corrections.get(JSON.parse(line).index) ?? line)
 */
export async function replaceLines(path: string, change: (line: string) => string): Promise<void> {
  const next = `${path}.tmp`
  const file = await open(next, 'w')
  try {
    let piece = ''
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      piece += `${change(line)}\n`
      if (piece.length < pieceLength) continue
      await file.appendFile(piece)
      piece = ''
    }
    await file.appendFile(piece)
    await file.sync()
    await file.close()
    await rename(next, path)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(next, { force: true })
    throw error
  }
}
