import { invalid, ServiceError, tooLarge } from './service-error.ts'

/** Splits the body of a `multipart/related` upload: one part of JSON, then one part of media. */
export type MultipartReader = {
  /** Takes more of the body and returns the media found in it. Throws 400 when the body cannot be such an upload. */
  push(chunk: Buffer): Buffer[]
  /** Returns the parts' heads once the closing delimiter was seen. Throws 400 when it was not. */
  finish(): { json: string; mediaType: string | undefined }
}

const maxHeadersBytes = 16 * 1024
const lineEnd = Buffer.from('\r\n')
const blankLine = Buffer.from('\r\n\r\n')

/**
 * Creates a reader that works on chunks as they arrive and never holds more than the JSON part and a delimiter.
 *
 * @param maxJsonBytes the largest JSON part; beyond it the reader throws 413
 * @see https://www.rfc-editor.org/rfc/rfc2387 and https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1
 */
export function createMultipartReader(boundary: string, maxJsonBytes: number): MultipartReader {
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  // The first delimiter may open the body, without the line end that belongs to every other one.
  let pending: Buffer = lineEnd
  let state: 'preamble' | 'after-delimiter' | 'headers' | 'content' | 'done' = 'preamble'
  let part = 0
  let mediaType: string | undefined
  const json: Buffer[] = []
  let jsonBytes = 0

  /** Handles what is complete in `pending`; false when more bytes are needed. */
  function step(media: Buffer[]): boolean {
    if (state === 'preamble') return upToDelimiter(() => undefined)
    if (state === 'after-delimiter') return afterDelimiter()
    if (state === 'headers') return headers()
    if (state === 'content') return upToDelimiter(part === 1 ? takeJson : (bytes) => media.push(bytes))
    pending = Buffer.alloc(0)
    return false
  }

  function upToDelimiter(take: (bytes: Buffer) => void): boolean {
    const at = pending.indexOf(delimiter)
    const end = at === -1 ? startOfPossibleDelimiter() : at
    if (end > 0) take(pending.subarray(0, end))
    pending = pending.subarray(at === -1 ? end : at + delimiter.length)
    if (at !== -1) state = 'after-delimiter'
    return at !== -1
  }

  /** Bytes that might begin a delimiter wait for the next chunk; mostly there are none, and nothing is copied. */
  function startOfPossibleDelimiter(): number {
    const carriageReturn = pending.indexOf(0x0d, Math.max(0, pending.length - delimiter.length + 1))
    return carriageReturn === -1 ? pending.length : carriageReturn
  }

  function afterDelimiter(): boolean {
    if (pending.length < 2) return false
    if (pending[0] === 0x2d && pending[1] === 0x2d) {
      state = 'done'
      return true
    }
    if (part === 2) throw invalid('Multipart body must have exactly two parts.')
    part++
    state = 'headers'
    return true
  }

  function headers(): boolean {
    // The line end of the delimiter is kept in front, so that a part without headers has its blank line too.
    const at = pending.indexOf(blankLine)
    if (at === -1) {
      if (pending.length > maxHeadersBytes) throw invalid('Multipart headers are too long.')
      return false
    }
    const fields = pending.toString('latin1', 0, at)
    if (/^content-transfer-encoding:\s*(base64|quoted-printable)/im.test(fields)) {
      throw invalid('Encoded media parts are not supported by this emulator.')
    }
    if (part === 2) mediaType = /^content-type:(.*)$/im.exec(fields)?.[1]?.trim() || undefined
    pending = pending.subarray(at + blankLine.length)
    state = 'content'
    return true
  }

  function takeJson(bytes: Buffer): void {
    jsonBytes += bytes.length
    if (jsonBytes > maxJsonBytes) throw tooLarge(maxJsonBytes)
    json.push(bytes)
  }

  return {
    push(chunk) {
      const media: Buffer[] = []
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      while (step(media));
      return media
    },
    finish() {
      if (part < 2) throw payloadCount(part)
      if (state !== 'done' || part !== 2) throw invalid('Multipart body does not end with its boundary.')
      return { json: Buffer.concat(json).toString('utf8'), mediaType }
    },
  }
}

/** Reads the boundary from a `content-type` header. Throws 400 when there is none. */
export function multipartBoundary(contentType: string | undefined): string {
  const found = /^multipart\/related\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
    contentType ?? '',
  )
  const boundary = found?.[1] ?? found?.[2]
  if (boundary === undefined) throw invalid('Missing multipart boundary.')
  return boundary
}

function payloadCount(actual: number): ServiceError {
  const message = `Payload size invalid. Expected 2-3 payloads. Actual size: ${actual}`
  return new ServiceError({ status: 400, reason: 'invalidPayloadSize', code: 'InvalidRequest', message })
}
