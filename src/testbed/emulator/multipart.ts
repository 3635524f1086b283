import { maxJsonBytes } from './read-body.ts'
import { invalid, tooLarge } from './service-error.ts'

const maxHeadersBytes = 16 * 1024
const lineEnd = Buffer.from('\r\n')
const blankLine = Buffer.from('\r\n\r\n')

/**
 * Splits the body of a `multipart/related` upload, chunk by chunk, into a part of JSON and a part of media. Holds no more
 * than the JSON part and a delimiter.
 *
 * @see https://www.rfc-editor.org/rfc/rfc2387 and https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1
 */
export class MultipartReader {
  readonly #delimiter: Buffer
  // The first delimiter may open the body, without the line end that precedes every other one.
  #pending: Buffer = lineEnd
  #state: 'preamble' | 'after-delimiter' | 'headers' | 'content' | 'done' = 'preamble'
  #part = 0
  #mediaType: string | undefined
  readonly #json: Buffer[] = []
  #jsonBytes = 0

  /** @param contentType the header of the upload. Throws 400 when it names no boundary. */
  constructor(contentType: string | undefined) {
    this.#delimiter = Buffer.from(`\r\n--${multipartBoundary(contentType)}`)
  }

  /** Takes more of the body and returns the media in it. Throws 400 when the body cannot be such an upload. */
  push(chunk: Buffer): Buffer[] {
    const media: Buffer[] = []
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    while (this.#step(media));
    return media
  }

  /** Returns the JSON and the media's type. Throws 400 unless the closing delimiter has arrived. */
  finish(): { json: string; mediaType: string | undefined } {
    if (this.#state !== 'done' || this.#part !== 2) {
      throw invalid('A multipart body must have two parts and end with its boundary.')
    }
    return { json: Buffer.concat(this.#json).toString('utf8'), mediaType: this.#mediaType }
  }

  /** Handles the next complete piece; false when more bytes are needed. */
  #step(media: Buffer[]): boolean {
    switch (this.#state) {
      case 'preamble':
        return this.#upToDelimiter(() => undefined)
      case 'after-delimiter':
        return this.#afterDelimiter()
      case 'headers':
        return this.#headers()
      case 'content':
        return this.#upToDelimiter((bytes) => (this.#part === 1 ? this.#takeJson(bytes) : media.push(bytes)))
      case 'done':
        this.#pending = Buffer.alloc(0)
        return false
    }
  }

  #upToDelimiter(take: (bytes: Buffer) => void): boolean {
    const at = this.#pending.indexOf(this.#delimiter)
    const end = at === -1 ? this.#startOfPossibleDelimiter() : at
    if (end > 0) take(this.#pending.subarray(0, end))
    this.#pending = this.#pending.subarray(at === -1 ? end : at + this.#delimiter.length)
    if (at !== -1) this.#state = 'after-delimiter'
    return at !== -1
  }

  /** Bytes that might begin a delimiter wait for the next chunk. */
  #startOfPossibleDelimiter(): number {
    const { length } = this.#pending
    const carriageReturn = this.#pending.indexOf(0x0d, Math.max(0, length - this.#delimiter.length + 1))
    return carriageReturn === -1 ? length : carriageReturn
  }

  #afterDelimiter(): boolean {
    if (this.#pending.length < 2) return false
    if (this.#pending[0] === 0x2d && this.#pending[1] === 0x2d) {
      this.#state = 'done'
      return true
    }
    if (this.#part === 2) throw invalid('A multipart body must have exactly two parts.')
    this.#part++
    this.#state = 'headers'
    return true
  }

  #headers(): boolean {
    // The delimiter's line end is still in front, so that a part without headers has its blank line too.
    const at = this.#pending.indexOf(blankLine)
    if (at === -1) {
      if (this.#pending.length > maxHeadersBytes) throw invalid('The headers of a part are too long.')
      return false
    }
    const fields = this.#pending.toString('latin1', 0, at)
    if (/^content-transfer-encoding:\s*(base64|quoted-printable)/im.test(fields)) {
      throw invalid('Encoded media parts are not supported by this emulator.')
    }
    if (this.#part === 2) this.#mediaType = /^content-type:(.*)$/im.exec(fields)?.[1]?.trim() || undefined
    this.#pending = this.#pending.subarray(at + blankLine.length)
    this.#state = 'content'
    return true
  }

  #takeJson(bytes: Buffer): void {
    this.#jsonBytes += bytes.length
    if (this.#jsonBytes > maxJsonBytes) throw tooLarge(maxJsonBytes)
    this.#json.push(bytes)
  }
}

/** Reads the boundary from a `content-type` header. Throws 400 when there is none. */
export function multipartBoundary(contentType = ''): string {
  const found = /^multipart\/related\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
    contentType,
  )
  const boundary = found?.[1] ?? found?.[2]
  if (boundary === undefined) throw invalid('Missing multipart boundary.')
  return boundary
}
