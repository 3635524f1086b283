import type { IncomingMessage } from 'node:http'
import { type Emulator, maxJsonBytes } from './exchange.ts'
import { readBody } from './request-body.ts'
import { tooLarge } from './service-error.ts'
import type { StoredBody } from './stored-body.ts'

/**
 * Reads the body of a request into the body store.
 *
 * @param split picks an object's bytes out of each chunk (default: all of it)
 * @throws 413 past the emulator's limit, and whatever `split` throws; nothing is kept then
 */
export async function receiveBody(
  emulator: Pick<Emulator, 'maxObjectBytes' | 'bodies' | 'counters'>,
  request: IncomingMessage,
  split: (chunk: Buffer) => Buffer[] = (chunk) => [chunk],
): Promise<StoredBody> {
  const { maxObjectBytes, bodies, counters } = emulator
  // A multipart body is larger than the object in it, by its JSON part.
  if (Number(request.headers['content-length'] ?? 0) > maxObjectBytes + maxJsonBytes)
    throw tooLarge(maxObjectBytes)
  const writer = bodies.createWriter()
  let size = 0
  try {
    await readBody(request, (chunk) => {
      const pieces = split(chunk)
      for (const { length } of pieces) size += length
      if (size > maxObjectBytes) throw tooLarge(maxObjectBytes)
      let written: Promise<void> | undefined
      for (const bytes of pieces) {
        written = written === undefined ? writer.write(bytes) : written.then(() => writer.write(bytes))
      }
      return written
    })
    counters.bytesIn += writer.size
    return await writer.finish()
  } catch (error) {
    await writer.discard()
    throw error
  }
}
