import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32c } from '../../crypto/crc32c.ts'
import { StoredBody } from './stored-body.ts'

type SpillFile = { path: string; handle: FileHandle }

/**
 * Holds bodies in memory up to a limit, and in files beyond it. Files are numbered: no object name becomes a path.
 *
 * @example const store = new BodyStore({ memoryLimitBytes: 256 * 2 ** 20 })
 */
export class BodyStore {
  readonly #memoryLimitBytes: number
  readonly #directory: string
  #memoryBytes = 0
  #spilledBytes = 0
  #filesMade = 0
  #folder: Promise<string> | undefined

  /** @param options.directory where the folder for files is made once one is needed @default the system's temporary folder */
  constructor(options: { memoryLimitBytes: number; directory?: string | undefined }) {
    this.#memoryLimitBytes = options.memoryLimitBytes
    this.#directory = options.directory ?? tmpdir()
  }

  get memoryBytes(): number {
    return this.#memoryBytes
  }

  get spilledBytes(): number {
    return this.#spilledBytes
  }

  createWriter(): BodyWriter {
    return new BodyWriter(this)
  }

  /** Whether so many more bytes fit in memory. */
  hasRoomFor(bytes: number): boolean {
    return this.#memoryBytes + bytes <= this.#memoryLimitBytes
  }

  /** Counts bytes that come (or with negative numbers, go). */
  count(bytes: { memory: number; spilled: number }): void {
    this.#memoryBytes += bytes.memory
    this.#spilledBytes += bytes.spilled
  }

  async openFile(): Promise<SpillFile> {
    this.#folder ??= mkdir(this.#directory, { recursive: true }).then(() =>
      mkdtemp(join(this.#directory, 'vana-load-storage-')),
    )
    const path = join(await this.#folder, String(this.#filesMade++))
    return { path, handle: await open(path, 'wx', 0o600) }
  }

  /** Removes every file. */
  async close(): Promise<void> {
    if (this.#folder !== undefined) await rm(await this.#folder, { recursive: true, force: true })
  }
}

/** Takes the bytes of one upload as they arrive. */
export class BodyWriter {
  readonly #store: BodyStore
  readonly #md5 = createHash('md5')
  readonly #chunks: Buffer[] = []
  #memory = 0
  #spilled = 0
  #crc32c = 0
  #size = 0
  #isOpen = true
  #file: SpillFile | undefined

  constructor(store: BodyStore) {
    this.#store = store
  }

  /** Bytes taken so far. */
  get size(): number {
    return this.#size
  }

  /** Adds bytes. A returned promise must settle before the next call. */
  write(chunk: Buffer): Promise<void> | undefined {
    this.#crc32c = crc32c(chunk, this.#crc32c)
    this.#md5.update(chunk)
    this.#size += chunk.length
    if (this.#file !== undefined || !this.#store.hasRoomFor(chunk.length)) return this.#append(chunk)
    this.#count(chunk.length, 0)
    this.#chunks.push(chunk)
    return undefined
  }

  async finish(): Promise<StoredBody> {
    this.#isOpen = false
    await this.#file?.handle.close()
    const content = this.#file?.path ?? compact(this.#chunks, this.#size)
    return new StoredBody(content, {
      size: this.#size,
      crc32c: this.#crc32c,
      md5: this.#md5.digest('base64'),
      free: () => this.#free(),
    })
  }

  /** Frees everything that was written. Has no effect after {@link finish}. */
  async discard(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await this.#file?.handle.close()
    this.#free()
  }

  async #append(chunk: Buffer): Promise<void> {
    this.#file ??= await this.#store.openFile()
    const waiting = [...this.#chunks.splice(0), chunk]
    this.#count(-this.#memory, 0)
    for (const bytes of waiting) {
      await this.#file.handle.writeFile(bytes)
      this.#count(0, bytes.length)
    }
  }

  #free(): void {
    this.#count(-this.#memory, -this.#spilled)
    this.#chunks.length = 0
    if (this.#file !== undefined) rm(this.#file.path, { force: true }).catch(() => undefined)
  }

  #count(memory: number, spilled: number): void {
    this.#memory += memory
    this.#spilled += spilled
    this.#store.count({ memory, spilled })
  }
}

/** Keeps chunks as they arrived, which saves a copy, unless they are so small that each weighs more than its bytes. */
function compact(chunks: Buffer[], size: number): readonly Buffer[] {
  return chunks.length > 1 && size / chunks.length < 4096 ? [Buffer.concat(chunks)] : chunks
}
