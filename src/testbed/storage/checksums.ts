import type { IncomingHttpHeaders } from 'node:http'
import { crc32cBase64 } from '../../crypto/crc32c.ts'
import { invalid } from '../emulator/service-error.ts'
import type { StoredBody } from '../emulator/stored-body.ts'

/** Checksums that a sender announced, in base64. */
export type AnnouncedChecksums = { crc32c?: string | undefined; md5?: string | undefined }

/** Reads `x-goog-hash` (`crc32c=...,md5=...`) and `content-md5`. */
export function announcedChecksums(headers: IncomingHttpHeaders): AnnouncedChecksums {
  const hashes = headers['x-goog-hash']?.toString() ?? ''
  const found = (name: string) => new RegExp(`(?:^|,)\\s*${name}=([^,\\s]*)`).exec(hashes)?.[1]
  return { crc32c: found('crc32c'), md5: found('md5') ?? headers['content-md5']?.toString() }
}

/** Refuses a body with other checksums than its sender announced. Throws 400. */
export function checkChecksums(body: StoredBody, announced: AnnouncedChecksums): void {
  const { crc32c, md5 } = announced
  if (md5 !== undefined && !isBase64(md5, 16)) {
    const message = `Provided value (${md5}) is not a base64-encoded 128-bit MD5 hash.`
    throw invalid(message, 'InvalidDigest')
  }
  if (crc32c !== undefined && !isBase64(crc32c, 4)) throw invalid('Invalid argument.')
  const actual = crc32cBase64(body.crc32c)
  if (crc32c !== undefined && crc32c !== actual) {
    throw invalid(`Provided CRC32C "${crc32c}" doesn't match calculated CRC32C "${actual}".`, 'BadDigest')
  }
  if (md5 !== undefined && md5 !== body.md5) {
    throw invalid(`Provided MD5 hash "${md5}" doesn't match calculated MD5 hash "${body.md5}".`, 'BadDigest')
  }
}

const isBase64 = (text: string, bytes: number): boolean =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(text) && Buffer.from(text, 'base64').length === bytes
