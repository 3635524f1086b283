import type { IncomingHttpHeaders } from 'node:http'
import { crc32cBase64 } from '../../crypto/crc32c.ts'
import { invalid } from './service-error.ts'
import type { StoredBody } from './stored-body.ts'

/** Checksums a sender announced, in base64. */
export type AnnouncedChecksums = { crc32c?: string; md5?: string }

/** Reads `x-goog-hash` (`crc32c=...,md5=...`) and `content-md5`. */
export function announcedChecksums(headers: IncomingHttpHeaders): AnnouncedChecksums {
  const announced: AnnouncedChecksums = {}
  const contentMd5 = headers['content-md5']
  if (contentMd5 !== undefined) announced.md5 = contentMd5.toString()
  for (const entry of headers['x-goog-hash']?.toString().split(',') ?? []) {
    const [, name, value = ''] = /^(crc32c|md5)=(.*)$/.exec(entry.trim()) ?? []
    if (name === 'crc32c' || name === 'md5') announced[name] = value
  }
  return announced
}

/** Refuses, with 400, a body that is not what its sender announced. */
export function checkChecksums(body: StoredBody, announced: AnnouncedChecksums): void {
  if (announced.md5 !== undefined && !isBase64(announced.md5, 16)) {
    const message = `Provided value (${announced.md5}) is not a base64-encoded 128-bit MD5 hash.`
    throw invalid(message, 'InvalidDigest')
  }
  if (announced.crc32c !== undefined && !isBase64(announced.crc32c, 4)) throw invalid('Invalid argument.')
  const crc32c = crc32cBase64(body.crc32c)
  if (announced.crc32c !== undefined && announced.crc32c !== crc32c) {
    throw invalid(
      `Provided CRC32C "${announced.crc32c}" doesn't match calculated CRC32C "${crc32c}".`,
      'BadDigest',
    )
  }
  if (announced.md5 !== undefined && announced.md5 !== body.md5) {
    throw invalid(
      `Provided MD5 hash "${announced.md5}" doesn't match calculated MD5 hash "${body.md5}".`,
      'BadDigest',
    )
  }
}

const isBase64 = (text: string, bytes: number): boolean =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(text) && Buffer.from(text, 'base64').length === bytes
