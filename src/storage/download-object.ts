import { crc32c, crc32cBase64 } from '../crypto/crc32c.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { objectNameFromUrl } from './object-url.ts'
import { redactSignedUrl } from './redact-signed-url.ts'
import type { StorageConnection } from './storage-connection.ts'
import { storageRequest } from './storage-request.ts'

/**
 * Reads what a public or signed URL stands for, and checks it against the checksum that comes along.
 *
 * A URL of the own bucket that is not signed is read with the own credentials, so that private objects can be read back.
 *
 * @throws LoadTestError `STORAGE_*`; the signal's reason. No error names a signature.
 */
export async function downloadObject(
  connection: StorageConnection,
  url: string,
  call: { signal?: AbortSignal | undefined; timeoutMs: number },
): Promise<Blob> {
  const { dispatcher, endpoint, bucket, authorization } = connection
  const action = `download ${redactSignedUrl(url)}`
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new LoadTestError('STORAGE_REFUSED', `Cannot ${action}: it is not an HTTP address.`)
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
    throw new LoadTestError('STORAGE_FAILED', `Cannot ${action}: other bytes came than are stored.`)
  }
  const type = headers['content-type']
  return new Blob([new Uint8Array(body)], typeof type === 'string' ? { type } : {})
}
