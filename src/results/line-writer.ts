import { type FileHandle, open } from 'node:fs/promises'
import { processRedactor } from '../redaction/process-redactor.ts'

/** Number of pending characters from which `write` makes the caller wait. */
const mostWaiting = 4 * 1024 * 1024

/** Appends lines to a file, in order, without secrets. */
export type LineWriter = {
  /**
   * Takes a line and starts to write it, together with others that arrive while the disk is busy. A process that is killed loses
   * at most those. Resolves at once unless the disk is far behind; then once it has caught up.
   *
   * Rejects with the disk's error once a write has failed.
   */
  write(line: string): Promise<void>
  /** Resolves when the operating system has all lines so far. */
  flush(): Promise<void>
  /** Flushes the file, makes it durable and closes it. May be called repeatedly. */
  close(): Promise<void>
}

/**
 * Creates a file to append lines to. It must not exist yet.
 *
 * @example
 * const writer = await openLineWriter('flows.ndjson')
 * await writer.write(JSON.stringify(record))
 */
export async function openLineWriter(path: string): Promise<LineWriter> {
  const file = await open(path, 'ax')
  return createLineWriter(file)
}

/** Writes lines to an open file. For tests, which pass a file that fails or waits. */
export function createLineWriter(file: Pick<FileHandle, 'appendFile' | 'sync' | 'close'>): LineWriter {
  let pending: string[] = []
  let pendingLength = 0
  let inFlightLength = 0
  let writing: Promise<void> | null = null
  let failure: { error: unknown } | null = null
  let closed: Promise<void> | null = null

  const throwFailure = () => {
    if (failure !== null) throw failure.error
  }

  /** Writes until nothing is pending. Never rejects. */
  const drain = async () => {
    while (pendingLength > 0 && failure === null) {
      const piece = pending.join('')
      pending = []
      inFlightLength = pendingLength
      pendingLength = 0
      try {
        await file.appendFile(piece, 'utf8')
      } catch (error) {
        failure = { error }
      }
      inFlightLength = 0
    }
  }

  /** One drain at a time, so that lines keep their order. */
  const startDrain = (): Promise<void> => {
    writing ??= drain().finally(() => {
      writing = null
    })
    return writing
  }

  const flush = async () => {
    while (failure === null && (pendingLength > 0 || writing !== null)) await startDrain()
    throwFailure()
  }

  return {
    async write(line) {
      throwFailure()
      if (closed !== null) throw new Error('The file is closed.')
      const clean = processRedactor.text(line)
      pending.push(clean, '\n')
      pendingLength += clean.length + 1
      void startDrain()
      if (pendingLength + inFlightLength >= mostWaiting) await flush()
    },
    flush,
    close() {
      closed ??= (async () => {
        try {
          await flush()
          await file.sync()
        } finally {
          await file.close()
        }
      })()
      return closed
    },
  }
}
