import { crc32c, crc32cBase64 } from '../crypto/crc32c.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { objectNameFromUrl } from './object-url.ts'
import { blobOf, type StorageCall } from './provider-options.ts'
import { redactSignedUrl } from './redact-signed-url.ts'
import type { StorageConnection } from './storage-connection.ts'
import { storageRequest } from './storage-request.ts'

/**
 * Downloads the object of a public or signed URL, and compares it with the checksum in the answer.
 *
 * An unsigned URL of the provider's own bucket is read with its credentials, so that private objects can be read back.
 *
 * @throws LoadTestError `STORAGE_*`; the signal's reason. No error has a signature.
 */
export async function downloadObject(
  connection: StorageConnection,
  url: string,
  call: StorageCall,
): Promise<Blob> {
  const { dispatcher, endpoint, bucket, authorization } = connection
  const action = `download ${redactSignedUrl(url)}`
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new LoadTestError('STORAGE_REFUSED', `Cannot ${action}: it is not an HTTP URL.`)
  }
  const { origin, pathname, search } = new URL(url)
  const own = objectNameFromUrl(endpoint, bucket, url) !== undefined
  const signed = /[?&]X-Goog-Signature=/.test(search)
  const { headers, body } = await storageRequest(dispatcher, {
    method: 'GET',
    origin,
    path: pathname + search,
    headers: own && !signed ? await authorization({ action, ...call }) : {},
    action,
    ...call,
  })
  const announced = /crc32c=([\w+/=]+)/.exec(String(headers['x-goog-hash'] ?? ''))?.[1]
  const unchanged = headers['x-goog-stored-content-encoding'] === 'identity'
  if (unchanged && announced !== undefined && announced !== crc32cBase64(crc32c(body))) {
    throw new LoadTestError('STORAGE_FAILED', `Cannot ${action}: the bytes do not match the stored checksum.`)
  }
  return blobOf({ headers, body })
}
