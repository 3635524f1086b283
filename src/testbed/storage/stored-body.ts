import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'

/** The bytes of an object, in memory or in a file, with their checksums. */
export type StoredBody = {
  readonly size: number
  /** CRC-32C as a signed 32-bit integer. */
  readonly crc32c: number
  /** MD5 in base64. */
  readonly md5: string
  /** The bytes from `start` to `end`, both inclusive, as they lie in memory; `undefined` when they are in a file. */
  slices(start: number, end: number): Buffer[] | undefined
  /** Streams the bytes from `start` to `end`, both inclusive. */
  stream(start: number, end: number): Readable
  /** Keeps the bytes until one more {@link StoredBody.release}: copies share them, and so do running downloads. */
  retain(): StoredBody
  release(): void
}

type BodyParts = {
  size: number
  crc32c: number
  md5: string
  content: { chunks: readonly Buffer[] } | { path: string }
  /** Called once, when nobody needs the bytes any more. */
  free: () => void
}

/** Wraps finished bytes; whoever gets the body first holds it once. */
export function storedBody({ size, crc32c, md5, content, free }: BodyParts): StoredBody {
  let holders = 1
  const slices = (start: number, end: number) =>
    'chunks' in content ? slicesOf(content.chunks, start, end) : undefined
  const body: StoredBody = {
    size,
    crc32c,
    md5,
    slices,
    stream: (start, end) =>
      'path' in content
        ? createReadStream(content.path, { start, end })
        : Readable.from(slicesOf(content.chunks, start, end)),
    retain() {
      holders++
      return body
    },
    release() {
      if (--holders === 0) free()
    },
  }
  return body
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
