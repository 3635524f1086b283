import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'

/** The bytes of an object, in memory or in a file, with their checksums. */
export type StoredBody = {
  readonly size: number
  /** CRC-32C as a signed 32-bit integer. */
  readonly crc32c: number
  /** MD5 in base64. */
  readonly md5: string
  /** The bytes, when they are in memory. */
  readonly bytes: Buffer | undefined
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
  content: { bytes: Buffer } | { path: string }
  /** Called once, when nobody needs the bytes any more. */
  free: () => void
}

/** Wraps finished bytes; whoever gets the body first holds it once. */
export function storedBody({ size, crc32c, md5, content, free }: BodyParts): StoredBody {
  let holders = 1
  const body: StoredBody = {
    size,
    crc32c,
    md5,
    bytes: 'bytes' in content ? content.bytes : undefined,
    stream: (start, end) =>
      'bytes' in content
        ? Readable.from([content.bytes.subarray(start, end + 1)])
        : createReadStream(content.path, { start, end }),
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
