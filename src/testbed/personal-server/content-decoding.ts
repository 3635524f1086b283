import { pipeline, type Transform } from 'node:stream'
import { constants, createGunzip, createInflate, createInflateRaw } from 'node:zlib'

/** A body in pieces. */
export type Pieces = AsyncIterable<Uint8Array>

/** An end that comes too early is no error: Python's client gives what there is. */
const lenient = { finishFlush: constants.Z_SYNC_FLUSH }

/**
 * Decodes a body as Python's `urllib3` does: gzip and deflate, with or without a zlib header, one upon the other where the
 * header lists several. Encodings that it does not know are left as they are.
 *
 * @param contentEncoding the header, in lower case
 * @example decodeContent(answer.body, 'gzip')
 */
export function decodeContent(body: Pieces, contentEncoding: string): Pieces {
  return contentEncoding
    .split(',')
    .map((encoding) => encoding.trim())
    .reduceRight<Pieces>((pieces, encoding) => {
      if (encoding === 'gzip' || encoding === 'x-gzip') return through(pieces, createGunzip(lenient))
      return encoding === 'deflate' ? inflated(pieces) : pieces
    }, body)
}

async function* inflated(body: Pieces): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done) return
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  const [header = 0, flags = 0] = first.value
  const hasHeader = (header & 15) === 8 && (header * 256 + flags) % 31 === 0
  yield* through(whole(), hasHeader ? createInflate(lenient) : createInflateRaw(lenient))
}

/** A failure of the source or of the decoder comes out of the iteration, so the callback has nothing to do. */
const through = (body: Pieces, decoder: Transform): Pieces => pipeline(body, decoder, () => {})
