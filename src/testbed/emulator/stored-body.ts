import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'

/** The bytes of an object, in memory or in a file, with their checksums. The creator holds the first reference. */
export class StoredBody {
  readonly size: number
  /** CRC-32C as a signed 32-bit integer. */
  readonly crc32c: number
  /** MD5 in base64. */
  readonly md5: string
  readonly #content: readonly Buffer[] | string
  readonly #free: () => void
  #holders = 1

  /**
   * @param content the bytes, or the path of the file with them
   * @param facts.free called once, when nobody needs the bytes any more
   */
  constructor(
    content: readonly Buffer[] | string,
    facts: { size: number; crc32c: number; md5: string; free: () => void },
  ) {
    this.#content = content
    this.#free = facts.free
    this.size = facts.size
    this.crc32c = facts.crc32c
    this.md5 = facts.md5
  }

  /** Returns the bytes from `start` to `end`, both inclusive, when they are in memory. */
  slices(start: number, end: number): Buffer[] | undefined {
    return typeof this.#content === 'string' ? undefined : slicesOf(this.#content, start, end)
  }

  /** Streams the bytes from `start` to `end`, both inclusive. */
  stream(start: number, end: number): Readable {
    return typeof this.#content === 'string'
      ? createReadStream(this.#content, { start, end })
      : Readable.from(slicesOf(this.#content, start, end))
  }

  /** Keeps the bytes until one more {@link release}, e.g. while a download runs. */
  retain(): void {
    this.#holders++
  }

  release(): void {
    if (--this.#holders === 0) this.#free()
  }
}

function slicesOf(chunks: readonly Buffer[], start: number, end: number): Buffer[] {
  const found: Buffer[] = []
  let offset = 0
  for (const chunk of chunks) {
    const slice = chunk.subarray(Math.max(0, start - offset), Math.max(0, end + 1 - offset))
    if (slice.length > 0) found.push(slice)
    offset += chunk.length
  }
  return found
}
