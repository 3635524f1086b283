import type { IncomingMessage } from 'node:http'
import { type ContentRange, parseContentRange } from './content-range.ts'
import type { Emulator, Exchange } from './exchange.ts'
import { objectResource } from './object-resource.ts'
import { readBody } from './request-body.ts'
import { endActivePart, partUnitBytes, type UploadSession } from './resumable-uploads.ts'
import { ServiceError, tooLarge } from './service-error.ts'
import { storeBody } from './store-body.ts'

/** How far an upload is: complete, or so many bytes are kept, with these checksums. */
export type UploadProgress =
  | { resource: Record<string, unknown> }
  | { kept: { size: number; crc32c: number; md5: string } }

/**
 * Takes one part of a resumable upload, or answers how far it has come.
 *
 * Parts but the last are kept in whole units of 256 KiB, and so is what came of a part whose connection broke; bytes
 * sent again are skipped. A part ends any earlier one that is still under way: its sender has given that one up.
 *
 * @throws 400 when the part does not fit or a checksum differs, 412, 413, 503 when it begins after what is kept
 * @see https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
export async function takePart(
  emulator: Emulator,
  exchange: Exchange,
  session: UploadSession,
): Promise<UploadProgress> {
  await endActivePart(session)
  // While this one waited, the upload may have been cancelled, or refused at its end.
  emulator.uploads.find(session.id)
  if (session.result !== undefined) return { resource: session.result }
  const part = receivePart(emulator, exchange, session)
  const active = {
    cancel: () => void exchange.request.destroy(),
    settled: part.then(
      () => undefined,
      () => undefined,
    ),
  }
  session.active = active
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
  const { writer } = session
  const range = parseContentRange(exchange.request.headers['content-range'])
  const total = range.total ?? session.announcedSize
  if (session.announcedSize !== undefined && total !== session.announcedSize) {
    throw unfit(`The upload was announced with ${session.announcedSize} byte(s), and now with ${total}.`)
  }
  if (range.statusQuery) {
    if (range.total === undefined || range.total !== writer.size) return { kept: writer.soFar() }
    return { resource: await complete(emulator, exchange, session) }
  }
  if (range.start > writer.size) {
    const message = `the upload offset is ${range.start} byte(s), which exceeds already uploaded size of`
    throw unfit(`According to the Content-Range header, ${message} ${writer.size} byte(s).`, 503)
  }
  const { bytesRead, rest } = await readUnits(emulator, exchange.request, session, range, total)
  // A sender that streams ends the object by ending its request; a part `a-b/*` never does.
  const last = total === undefined ? range.end === undefined : range.start + bytesRead === total
  if (!last) {
    if (bytesRead < partUnitBytes) throw tooSmall(bytesRead)
    return { kept: writer.soFar() }
  }
  await writer.write(rest)
  emulator.counters.bytesIn += rest.length
  return { resource: await complete(emulator, exchange, session) }
}

/** Writes the whole units of a part and returns the bytes after the last of them. */
async function readUnits(
  emulator: Emulator,
  request: IncomingMessage,
  { writer }: UploadSession,
  { start, end }: ContentRange,
  total: number | undefined,
): Promise<{ bytesRead: number; rest: Buffer }> {
  const limit = total ?? emulator.maxObjectBytes
  if (limit > emulator.maxObjectBytes) throw tooLarge(emulator.maxObjectBytes)
  let known = writer.size - start
  let bytesRead = 0
  let rest = Buffer.alloc(0)
  await readBody(request, (chunk) => {
    bytesRead += chunk.length
    if (end !== undefined && start + bytesRead > end + 1) throw wrongLength(bytesRead, start, end)
    if (start + bytesRead > limit) {
      throw total === undefined ? tooLarge(limit) : unfit(`The final size of the upload is ${total} byte(s).`)
    }
    const fresh = chunk.subarray(Math.min(known, chunk.length))
    known -= chunk.length - fresh.length
    rest = rest.length === 0 ? Buffer.from(fresh) : Buffer.concat([rest, fresh])
    const units = rest.length - (rest.length % partUnitBytes)
    if (units === 0) return undefined
    const whole = rest.subarray(0, units)
    rest = rest.subarray(units)
    emulator.counters.bytesIn += units
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
  const { bucket, name, draft, preconditions, announced } = session
  const body = await session.writer.finish()
  try {
    const record = storeBody(emulator, exchange, { bucket, name, draft, preconditions, body, announced })
    session.result = objectResource(record, exchange.origin)
    return session.result
  } catch (error) {
    emulator.uploads.forget(session)
    throw error
  }
}

function wrongLength(bytesRead: number, start: number, end: number): ServiceError {
  return unfit(
    `There were ${bytesRead} byte(s) (or more) in the request body. There should have been ${end - start + 1} byte(s) ` +
      `(starting at offset ${start} and ending at offset ${end}) according to the Content-Range header.`,
  )
}

function tooSmall(bytesRead: number): ServiceError {
  return unfit(
    `The number of bytes uploaded is required to be equal or greater than ${partUnitBytes}, except for the final ` +
      `request (it's recommended to be the exact multiple of ${partUnitBytes}).  The received request contained ` +
      `${bytesRead} bytes, which does not meet this requirement.`,
  )
}

/** The service words these as bare text, not as JSON. */
function unfit(message: string, status: 400 | 503 = 400): ServiceError {
  const text = `Invalid request.  ${message}`
  return new ServiceError({ status, reason: 'invalid', code: 'InvalidRequest', message: text, isBare: true })
}
