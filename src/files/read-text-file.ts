import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { systemClock } from '../async/clock.ts'
import { decodeText, type TextFile } from './decode-text.ts'

/** Default size limit of a file. */
export const defaultMaxBytes = 16 * 2 ** 20

const chunkBytes = 64 * 1024
/** How long to wait for the writer of a pipe. */
const defaultPatienceMs = 10_000

/**
 * Reads a text file that a user named. Both size and time are bounded, whatever the path is: a directory, a device, or a
 * pipe without a writer.
 *
 * @param options.maxBytes a larger file is a problem
 * @param options.patienceMs how long to wait for the writer of a pipe
 * @example readTextFile('load.yml') // { text: 'users: 5' } or { problem: 'it is a directory', isMissing: false }
 */
export function readTextFile(
  path: string,
  options: { maxBytes?: number; patienceMs?: number } = {},
): TextFile {
  const { maxBytes = defaultMaxBytes, patienceMs = defaultPatienceMs } = options
  let file: number | undefined
  try {
    // Without O_NONBLOCK the call waits for the writer of a pipe, maybe forever.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const bytes = readBounded(file, maxBytes, patienceMs)
    if (bytes === 'too large') return problem(`it is larger than ${maxBytes / 2 ** 20} MiB`)
    if (bytes === 'silent') return problem('it is a pipe or a terminal, and nothing was written to it')
    return decodeText(bytes)
  } catch (error) {
    return describeCause(error)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function readBounded(file: number, maxBytes: number, patienceMs: number): Buffer | 'too large' | 'silent' {
  const isPipe = fstatSync(file).isFIFO()
  const chunks: Buffer[] = []
  let size = 0
  let silentSinceMs: number | undefined
  while (true) {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    const read = readOrWait(file, chunk)
    // A pipe also reports its end before a writer has opened it.
    const isEnd = read === 0 && (!isPipe || size > 0)
    if (isEnd) return Buffer.concat(chunks)
    if (read !== 'nothing yet' && read > 0) {
      silentSinceMs = undefined
      size += read
      if (size > maxBytes) return 'too large'
      chunks.push(chunk.subarray(0, read))
      continue
    }
    silentSinceMs ??= systemClock.now()
    if (systemClock.now() - silentSinceMs >= patienceMs) return 'silent'
    sleepSync(10)
  }
}

function readOrWait(file: number, chunk: Buffer): number | 'nothing yet' {
  try {
    return readSync(file, chunk)
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return 'nothing yet'
    throw error
  }
}

function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function describeCause(error: unknown): TextFile {
  const code = codeOf(error)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { problem: 'there is no such file', isMissing: true }
    case 'EISDIR':
      return problem('it is a directory')
    case 'EACCES':
    case 'EPERM':
      return problem('access is denied')
    case 'ENXIO':
      return problem('it is a socket or a device')
    default:
      return problem(code === undefined || code.startsWith('ERR_') ? 'it is no valid path' : code)
  }
}

const problem = (text: string): TextFile => ({ problem: text, isMissing: false })

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
