import type { IncomingMessage } from 'node:http'
import { MultipartReader } from './multipart.ts'
import { parseJsonObject } from './read-body.ts'
import { receiveBody } from './receive-body.ts'
import type { StoredBody } from './stored-body.ts'

/** A file and its description, received in one request. */
export type MultipartUpload = {
  resource: Record<string, unknown>
  mediaType: string | undefined
  body: StoredBody
}

/**
 * Stores the body of an upload with `uploadType=multipart`.
 *
 * @throws 400 when it is malformed, 413 when it is too large; nothing is kept then
 */
export async function receiveMultipart(
  emulator: Parameters<typeof receiveBody>[0],
  request: IncomingMessage,
): Promise<MultipartUpload> {
  const reader = new MultipartReader(request.headers['content-type'])
  const body = await receiveBody(emulator, request, (chunk) => reader.push(chunk))
  try {
    const { json, mediaType } = reader.finish()
    return { resource: parseJsonObject(json), mediaType, body }
  } catch (error) {
    body.release()
    throw error
  }
}
