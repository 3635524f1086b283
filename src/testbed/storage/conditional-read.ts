import type { IncomingHttpHeaders } from 'node:http'
import type { ObjectRecord } from './object-record.ts'
import { notModified, preconditionFailed } from './service-error.ts'

/**
 * Checks the conditional headers of HTTP on a read. Throws 304 or 412.
 *
 * @param etag the object's entity tag, as this API writes it
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
 */
export function conditionalRead(headers: IncomingHttpHeaders, record: ObjectRecord, etag: string): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  const updated = Math.floor(record.updated.getTime() / 1000) * 1000
  if (match !== undefined && !lists(match, etag)) throw preconditionFailed('If-Match')
  const unmodifiedSince = Date.parse(headers['if-unmodified-since'] ?? '')
  if (match === undefined && updated > unmodifiedSince) throw preconditionFailed()
  if (noneMatch !== undefined && lists(noneMatch, etag)) throw notModified()
  const modifiedSince = Date.parse(headers['if-modified-since'] ?? '')
  if (noneMatch === undefined && updated <= modifiedSince) throw notModified()
}

function lists(header: string, etag: string): boolean {
  return header.split(',').some((entry) => entry.trim() === '*' || bare(entry) === bare(etag))
}

/** Entity tags of the JSON API have no quotes, and may come with them all the same. */
const bare = (etag: string): string => etag.trim().replace(/^W\//, '').replaceAll('"', '')
