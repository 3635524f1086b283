import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/** Number of characters to write at once. */
const pieceLength = 1024 * 1024

/**
 * Replaces some lines of a file. Writes a new file and replaces the old one once the new one is complete and durable. Works in
 * pieces, for files of any size.
 *
 * @param change returns the text of a line, changed or not, without its line end
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
