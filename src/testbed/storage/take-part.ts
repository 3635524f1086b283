import type { IncomingMessage } from 'node:http'
import type { Exchange } from '../emulator/exchange.ts'
import { readBody } from '../emulator/read-body.ts'
import { ServiceError, tooLarge } from '../emulator/service-error.ts'
import { type ContentRange, parseContentRange } from './content-range.ts'
import type { Emulator } from './emulator.ts'
import { objectResource } from './object-resource.ts'
import { endActivePart, type UploadSession } from './resumable-uploads.ts'
import { storeUpload } from './store-upload.ts'

/** Parts other than the last are kept in multiples of this many bytes. */
const unitBytes = 256 * 1024

/** How far an upload is: the resource of the finished object, or the number of bytes kept so far. */
export type UploadProgress = { resource: Record<string, unknown> } | { keptBytes: number }

/**
 * Takes one part of a resumable upload, or reports its progress.
 *
 * Keeps whole units of 256 KiB of each part but the last, also of a part whose connection broke, and skips bytes that it
 * already has. A part ends an earlier one that is still in flight, because the sender has given that one up.
 *
 * @throws 400 when the part does not fit or a checksum differs, 404, 412, 413, 503 for a gap after the kept bytes
 * @see https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
export async function takePart(
  emulator: Emulator,
  exchange: Exchange,
  session: UploadSession,
): Promise<UploadProgress> {
  await endActivePart(session)
  // The upload may have been cancelled or refused in the meantime.
  emulator.uploads.find(session.id)
  if (session.result !== undefined) return { resource: session.result }
  const part = receivePart(emulator, exchange, session)
  session.active = {
    cancel: () => void exchange.request.destroy(),
    settled: part.then(
      () => undefined,
      () => undefined,
    ),
  }
  try {
    return await part
  } finally {
    session.active = undefined
  }
}

async function receivePart(
  emulator: Emulator,
  exchange: Exchange,
  session: UploadSession,
): Promise<UploadProgress> {
  const { writer, announcedSize } = session
  const range = parseContentRange(exchange.request.headers['content-range'])
  if (range.isStatusQuery) {
    if (range.total !== writer.size) return { keptBytes: writer.size }
    return { resource: await complete(emulator, exchange, session) }
  }
  if (range.start > writer.size) {
    const message = `the upload offset is ${range.start} byte(s), which exceeds already uploaded size of`
    throw misfit(`According to the Content-Range header, ${message} ${writer.size} byte(s).`, 503)
  }
  const total = range.total ?? announcedSize
  const { bytesRead, rest } = await readUnits(emulator, exchange.request, { session, range, total })
  // A stream of unknown length ends with its request; a part `a-b/*` is never the last one.
  const isLast = total === undefined ? range.end === undefined : range.start + bytesRead === total
  if (!isLast) {
    if (bytesRead < unitBytes) throw tooSmall(bytesRead)
    return { keptBytes: writer.size }
  }
  await writer.write(rest)
  emulator.counters.bytesIn += rest.length
  return { resource: await complete(emulator, exchange, session) }
}

/** Writes the whole units of a part and returns the bytes after the last of them. */
async function readUnits(
  { maxObjectBytes, counters }: Emulator,
  request: IncomingMessage,
  part: { session: UploadSession; range: ContentRange; total: number | undefined },
): Promise<{ bytesRead: number; rest: Buffer }> {
  const { writer } = part.session
  const { start, end } = part.range
  const limit = part.total ?? maxObjectBytes
  if (limit > maxObjectBytes) throw tooLarge(maxObjectBytes)
  let known = writer.size - start
  let bytesRead = 0
  let rest = Buffer.alloc(0)
  await readBody(request, (chunk) => {
    bytesRead += chunk.length
    if (end !== undefined && start + bytesRead > end + 1) throw wrongLength(bytesRead, start, end)
    if (start + bytesRead > limit) {
      if (part.total === undefined) throw tooLarge(limit)
      throw misfit(`The final size of the upload is ${part.total} byte(s).`)
    }
    const fresh = chunk.subarray(Math.min(known, chunk.length))
    known -= chunk.length - fresh.length
    rest = rest.length === 0 ? Buffer.from(fresh) : Buffer.concat([rest, fresh])
    const units = rest.length - (rest.length % unitBytes)
    if (units === 0) return undefined
    const whole = rest.subarray(0, units)
    rest = rest.subarray(units)
    counters.bytesIn += units
    return writer.write(whole)
  })
  if (end !== undefined && bytesRead !== end - start + 1) throw wrongLength(bytesRead, start, end)
  return { bytesRead, rest }
}

async function complete(
  emulator: Emulator,
  exchange: Exchange,
  session: UploadSession,
): Promise<Record<string, unknown>> {
  const body = await session.writer.finish()
  try {
    const record = storeUpload(emulator, exchange.request.headers, { ...session.draft, body })
    session.result = objectResource(record, exchange.origin)
    return session.result
  } catch (error) {
    emulator.uploads.forget(session)
    throw error
  }
}

function wrongLength(bytesRead: number, start: number, end: number): ServiceError {
  return misfit(
    `There were ${bytesRead} byte(s) (or more) in the request body. There should have been ${end - start + 1} byte(s) ` +
      `(starting at offset ${start} and ending at offset ${end}) according to the Content-Range header.`,
  )
}

function tooSmall(bytesRead: number): ServiceError {
  return misfit(
    `The number of bytes uploaded is required to be equal or greater than ${unitBytes}, except for the final request ` +
      `(it's recommended to be the exact multiple of ${unitBytes}).  The received request contained ${bytesRead} bytes, ` +
      'which does not meet this requirement.',
  )
}

function misfit(message: string, status: 400 | 503 = 400): ServiceError {
  const text = `Invalid request.  ${message}`
  return new ServiceError({ status, reason: 'invalid', code: 'InvalidRequest', message: text })
}
