import { randomBytes } from 'node:crypto'

/** 128 random bits, so that no content contains it by chance. */
const boundary = `vana-load-${randomBytes(16).toString('hex')}`

/** The `content-type` of {@link formData}. */
export const formDataType = `multipart/form-data; boundary=${boundary}`

/** A file in a form. */
type FormFile = { name: string; contentType: string; bytes: Uint8Array }

/**
 * Builds the body of a form with one file, under the name `file`, and fields of text.
 *
 * @see https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
 */
export function formData(file: FormFile, fields: Readonly<Record<string, string>>): Buffer {
  const head =
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${escapeName(file.name)}"\r\n` +
    `content-type: ${file.contentType}\r\n\r\n`
  const rest = Object.entries(fields).map(
    ([name, value]) =>
      `\r\n--${boundary}\r\ncontent-disposition: form-data; name="${escapeName(name)}"\r\n\r\n${value}`,
  )
  return Buffer.concat([
    Buffer.from(head),
    file.bytes,
    Buffer.from(`${rest.join('')}\r\n--${boundary}--\r\n`),
  ])
}

const escapeName = (name: string): string =>
  name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
