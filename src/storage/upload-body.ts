import { randomBytes } from 'node:crypto'

/** 128 random bits, so that no content contains it by chance. */
const boundary = `vana-load-${randomBytes(16).toString('hex')}`

/** The `content-type` of {@link uploadBody}. */
export const uploadContentType = `multipart/related; boundary=${boundary}`

const jsonHead = `--${boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n`
const end = Buffer.from(`\r\n--${boundary}--\r\n`)

/**
 * Builds the body of an upload in one request: the description of the object, then its bytes.
 *
 * @see https://cloud.google.com/storage/docs/uploading-objects#uploading-an-object (JSON API, multipart)
 */
export function uploadBody(
  resource: Record<string, unknown>,
  contentType: string,
  bytes: Uint8Array,
): Buffer {
  const head = `${jsonHead}${JSON.stringify(resource)}\r\n--${boundary}\r\ncontent-type: ${contentType}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), bytes, end])
}
