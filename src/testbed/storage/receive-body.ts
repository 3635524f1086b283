import type { IncomingMessage } from 'node:http'
import { type Emulator, maxJsonBytes } from './exchange.ts'
import { bodyChunks } from './request-body.ts'
import { tooLarge } from './service-error.ts'
import type { StoredBody } from './stored-body.ts'

/**
 * Reads the body of a request into the body store.
 *
 * @param split picks an object's bytes out of each chunk (default: all of it)
 * @throws 413 past the emulator's limit, and whatever `split` throws; nothing is kept then
 */
export async function receiveBody(
  emulator: Emulator,
  request: IncomingMessage,
  split: (chunk: Buffer) => Buffer[] = (chunk) => [chunk],
): Promise<StoredBody> {
  const { maxObjectBytes, bodies, counters } = emulator
  // A multipart body is larger than the object in it, by its JSON part.
  if (Number(request.headers['content-length'] ?? 0) > maxObjectBytes + maxJsonBytes)
    throw tooLarge(maxObjectBytes)
  const writer = bodies.createWriter()
  try {
    for await (const chunk of bodyChunks(request)) {
      for (const bytes of split(chunk)) {
        if (writer.size + bytes.length > maxObjectBytes) throw tooLarge(maxObjectBytes)
        const written = writer.write(bytes)
        if (written !== undefined) await written
      }
    }
    counters.bytesIn += writer.size
    return await writer.finish()
  } catch (error) {
    await writer.discard()
    throw error
  }
}
