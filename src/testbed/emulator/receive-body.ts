import type { IncomingMessage } from 'node:http'
import type { BodyStore } from './body-store.ts'
import type { EmulatorCounters } from './counters.ts'
import { maxJsonBytes, readBody } from './read-body.ts'
import { tooLarge } from './service-error.ts'
import type { StoredBody } from './stored-body.ts'

/**
 * Stores the body of a request.
 *
 * @param split picks the object's bytes out of each chunk (default: all of them)
 * @throws 413 for an object above the limit, and whatever `split` throws; nothing is kept then
 */
export async function receiveBody(
  emulator: { maxObjectBytes: number; bodies: BodyStore; counters: EmulatorCounters },
  request: IncomingMessage,
  split: (chunk: Buffer) => Buffer[] = (chunk) => [chunk],
): Promise<StoredBody> {
  const { maxObjectBytes, bodies, counters } = emulator
  // A multipart body holds a JSON part besides the object.
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
