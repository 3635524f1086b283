import { type FileHandle, open } from 'node:fs/promises'
import { type TimelineLine, timelineLineSchema } from '../../results/timeline-line.ts'

/** Reads what is added to a timeline; `close` must be called. */
export type TimelineTail = {
  /** The lines that were completed since the last call; none while the file does not exist. */
  next(): Promise<TimelineLine[]>
  close(): Promise<void>
}

/**
 * Follows a timeline from its beginning, and reads every byte once.
 *
 * @example const tail = tailTimeline('results/20260801-142233-7f3k9a/timeline.ndjson')
 */
export function tailTimeline(path: string): TimelineTail {
  const buffer = Buffer.alloc(256 * 1024)
  let file: FileHandle | undefined
  let position = 0
  // Bytes, not text: a character may be cut in two.
  let rest: Buffer = Buffer.alloc(0)
  return {
    async next() {
      file ??= await openIfThere(path)
      if (file === undefined) return []
      const lines: TimelineLine[] = []
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
        if (bytesRead === 0) return lines
        position += bytesRead
        rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
        const end = rest.lastIndexOf('\n')
        if (end < 0) continue
        const complete = rest.subarray(0, end).toString('utf8')
        rest = rest.subarray(end + 1)
        lines.push(...complete.split('\n').flatMap(parseLine))
      }
    },
    async close() {
      await file?.close()
      file = undefined
    },
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return await open(path, 'r').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
}

/** Reads a line; an invalid one is skipped, so that the rest can be shown. */
function parseLine(text: string): TimelineLine[] {
  try {
    const { data } = timelineLineSchema.safeParse(JSON.parse(text))
    return data ? [data] : []
  } catch {
    return []
  }
}
