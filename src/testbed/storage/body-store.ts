import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32c } from '../../crypto/crc32c.ts'
import { type StoredBody, storedBody } from './stored-body.ts'

/** Takes the bytes of one upload as they arrive. */
export type BodyWriter = {
  /** Bytes taken so far. */
  readonly size: number
  /** What was taken so far: the CRC-32C as a signed 32-bit integer, the MD5 in hex. */
  soFar(): { size: number; crc32c: number; md5: string }
  /** Adds bytes; the promise, if there is one, must settle before the next call. */
  write(chunk: Buffer): Promise<void> | undefined
  finish(): Promise<StoredBody>
  /** Gives everything back. Harmless after {@link BodyWriter.finish}. */
  discard(): Promise<void>
}

/** Holds bodies in memory up to a limit, and in files beyond it. */
export type BodyStore = {
  createWriter(): BodyWriter
  readonly memoryBytes: number
  readonly spilledBytes: number
  /** Removes every file. */
  close(): Promise<void>
}

/**
 * Creates a store whose use of memory is bounded: what would go past `memoryLimitBytes` is written to files in a new
 * folder under `directory`, which is made when first needed. Files are numbered; no object name ever becomes a path.
 *
 * @example const store = createBodyStore({ memoryLimitBytes: 256 * 2 ** 20 })
 */
export function createBodyStore(options: { memoryLimitBytes: number; directory?: string }): BodyStore {
  const { memoryLimitBytes, directory = tmpdir() } = options
  const used = { memory: 0, spilled: 0 }
  let filesMade = 0
  let folder: Promise<string> | undefined

  async function openNextFile(): Promise<{ path: string; handle: FileHandle }> {
    folder ??= mkdir(directory, { recursive: true }).then(() =>
      mkdtemp(join(directory, 'vana-load-storage-')),
    )
    const path = join(await folder, String(filesMade++))
    return { path, handle: await open(path, 'wx', 0o600) }
  }

  function createWriter(): BodyWriter {
    const md5 = createHash('md5')
    const chunks: Buffer[] = []
    const own = { memory: 0, spilled: 0 }
    let checksum = 0
    let size = 0
    let open = true
    let file: { path: string; handle: FileHandle } | undefined

    function account(where: 'memory' | 'spilled', bytes: number): void {
      own[where] += bytes
      used[where] += bytes
    }

    function free(): void {
      account('memory', -own.memory)
      account('spilled', -own.spilled)
      chunks.length = 0
      if (file !== undefined) rm(file.path, { force: true }).catch(() => undefined)
    }

    async function append(chunk: Buffer): Promise<void> {
      file ??= await openNextFile()
      const waiting = [...chunks.splice(0), chunk]
      account('memory', -own.memory)
      for (const bytes of waiting) {
        await file.handle.writeFile(bytes)
        account('spilled', bytes.length)
      }
    }

    return {
      get size() {
        return size
      },
      soFar: () => ({ size, crc32c: checksum, md5: md5.copy().digest('hex') }),
      write(chunk) {
        checksum = crc32c(chunk, checksum)
        md5.update(chunk)
        size += chunk.length
        if (file !== undefined || used.memory + chunk.length > memoryLimitBytes) return append(chunk)
        account('memory', chunk.length)
        chunks.push(chunk)
        return undefined
      },
      async finish() {
        open = false
        await file?.handle.close()
        const content = file === undefined ? { chunks: compact(chunks, size) } : { path: file.path }
        return storedBody({ size, crc32c: checksum, md5: md5.digest('base64'), content, free })
      },
      async discard() {
        if (!open) return
        open = false
        await file?.handle.close()
        free()
      },
    }
  }

  return {
    createWriter,
    get memoryBytes() {
      return used.memory
    },
    get spilledBytes() {
      return used.spilled
    },
    async close() {
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true })
    },
  }
}

/** Chunks stay as they came, which saves a copy, unless they are so small that they weigh more than their bytes. */
function compact(chunks: Buffer[], size: number): readonly Buffer[] {
  return chunks.length > 1 && size / chunks.length < 4096 ? [Buffer.concat(chunks)] : chunks
}
