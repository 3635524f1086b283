import { refusal } from './pinata-error.ts'

/** One part of a form. */
export type FormPart = {
  name: string
  filename: string | undefined
  contentType: string | undefined
  bytes: Buffer
}

/**
 * Takes a whole `multipart/form-data` body apart.
 *
 * @throws 400 when it is none
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
export function formParts(contentType: string | undefined, body: Buffer): FormPart[] {
  const found = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
    contentType ?? '',
  )
  const boundary = found?.[1] ?? found?.[2]
  if (boundary === undefined) throw malformed('The request is no multipart form.')
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const opening = delimiter.subarray(2)
  // The first delimiter may open the body, without the line end that belongs to every other one.
  let at = body.subarray(0, opening.length).equals(opening) ? opening.length : after(body, delimiter, 0)
  const parts: FormPart[] = []
  while (body.toString('latin1', at, at + 2) !== '--') {
    const end = body.indexOf(delimiter, at)
    if (end === -1) throw malformed('The multipart form does not end with its boundary.')
    parts.push(readPart(body.subarray(at, end)))
    at = end + delimiter.length
  }
  return parts
}

function after(body: Buffer, delimiter: Buffer, from: number): number {
  const at = body.indexOf(delimiter, from)
  if (at === -1) throw malformed('The multipart form has no part.')
  return at + delimiter.length
}

function readPart(part: Buffer): FormPart {
  const blank = part.indexOf('\r\n\r\n')
  const head = blank === -1 ? '' : part.toString('utf8', 0, blank)
  const disposition = /^content-disposition:\s*form-data;(.*)$/im.exec(head)?.[1] ?? ''
  const name = /(?:^|[;\s])name="([^"]*)"/i.exec(disposition)?.[1]
  if (name === undefined) throw malformed('A part of the form has no name.')
  const filename = /(?:^|[;\s])filename="([^"]*)"/i.exec(disposition)?.[1]
  return {
    name: unescapeName(name),
    filename: filename === undefined ? undefined : unescapeName(filename),
    contentType: /^content-type:(.*)$/im.exec(head)?.[1]?.trim(),
    bytes: part.subarray(blank + 4),
  }
}

/** Undoes what forms write for the characters that a quoted name can't hold. */
const unescapeName = (name: string): string =>
  name.replace(/%22|%0D|%0A/gi, (escaped) => decodeURIComponent(escaped))

const malformed = (details: string) => refusal(400, 'INVALID_FORM', details)
