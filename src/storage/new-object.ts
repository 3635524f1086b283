import { randomUUID } from 'node:crypto'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { NewObject, UploadOptions } from './object-storage.ts'

/**
 * Resolves the arguments of an upload: a Blob and a file name, as the SDK passes them, or bytes and options.
 *
 * @throws LoadTestError CONFIG_INVALID for a content type that would break the request
 */
export async function newObject(
  prefix: string,
  content: Blob | Uint8Array,
  options: string | UploadOptions,
): Promise<{ object: NewObject; call: UploadOptions }> {
  const call = typeof options === 'string' ? { name: options } : options
  const name = prefix + (call.name ?? randomUUID())
  const isBlob = content instanceof Blob
  const contentType = call.contentType || (isBlob && content.type) || 'application/octet-stream'
  if (!/^[\x20-\x7e]+$/.test(contentType)) {
    throw new LoadTestError(
      'CONFIG_INVALID',
      `Cannot upload "${name}": its content type is not printable ASCII.`,
    )
  }
  const bytes = isBlob ? new Uint8Array(await content.arrayBuffer()) : content
  return { object: { name, contentType, bytes }, call }
}
