import { neverStored } from '../emulator/answer-headers.ts'
import type { Exchange } from '../emulator/exchange.ts'
import { readJson } from '../emulator/read-body.ts'
import { receiveBody } from '../emulator/receive-body.ts'
import { type MultipartUpload, receiveMultipart } from '../emulator/receive-multipart.ts'
import { sendJson } from '../emulator/send-json.ts'
import { invalid } from '../emulator/service-error.ts'
import type { Emulator, ObjectPath } from './emulator.ts'
import { objectResource } from './object-resource.ts'
import { patchSettings } from './object-settings.ts'
import { preconditionsFromQuery } from './preconditions.ts'
import { required } from './storage-errors.ts'
import { storeUpload } from './store-upload.ts'
import { takePart } from './take-part.ts'
import type { UploadDraft } from './upload-draft.ts'

/** Stores an object in one request, or starts an upload in parts. */
export async function startUpload(
  emulator: Emulator,
  exchange: Exchange,
  { bucket }: ObjectPath,
): Promise<void> {
  const { request, query } = exchange
  emulator.store.bucket(bucket)
  switch (query.get('uploadType')) {
    case 'resumable':
      return await startResumable(emulator, exchange, bucket)
    case 'multipart':
      return storeWhole(emulator, exchange, { bucket, ...(await receiveMultipart(emulator, request)) })
    case 'media': {
      const body = await receiveBody(emulator, request)
      const mediaType = request.headers['content-type']
      return storeWhole(emulator, exchange, { bucket, resource: {}, mediaType, body })
    }
    default:
      throw invalid(`Invalid upload type: '${query.get('uploadType') ?? ''}'`)
  }
}

function storeWhole(
  emulator: Emulator,
  exchange: Exchange,
  upload: MultipartUpload & { bucket: string },
): void {
  const { body, bucket } = upload
  let draft: UploadDraft
  try {
    draft = describeUpload(bucket, exchange.query, upload)
  } catch (error) {
    body.release()
    throw error
  }
  const record = storeUpload(emulator, exchange.request.headers, { ...draft, body })
  sendJson(exchange, objectResource(record, exchange.origin))
}

async function startResumable(emulator: Emulator, exchange: Exchange, bucket: string): Promise<void> {
  const { request, response, query, rawQuery, origin } = exchange
  const resource = await readJson(request)
  const mediaType = request.headers['x-upload-content-type']?.toString()
  const draft = describeUpload(bucket, query, { resource, mediaType })
  emulator.store.checkWritable(draft)
  const size = request.headers['x-upload-content-length']?.toString()
  if (size !== undefined && !/^\d{1,15}$/.test(size)) throw invalid('Invalid X-Upload-Content-Length header.')
  const session = emulator.uploads.start(draft, size === undefined ? undefined : Number(size))
  response
    .writeHead(200, {
      location: `${origin}/upload/storage/v1/b/${bucket}/o?${rawQuery}&upload_id=${session.id}`,
      'x-guploader-uploadid': session.id,
      'content-type': 'text/plain; charset=utf-8',
      'content-length': 0,
      ...neverStored,
    })
    .end()
}

/** Takes a part of a resumable upload: answers with the finished object, or with 308 and the range kept so far. */
export async function continueUpload(emulator: Emulator, exchange: Exchange): Promise<void> {
  const progress = await takePart(emulator, exchange, emulator.uploads.find(uploadId(exchange)))
  if ('resource' in progress) return sendJson(exchange, progress.resource)
  const { response } = exchange
  if (progress.keptBytes > 0) response.setHeader('range', `bytes=0-${progress.keptBytes - 1}`)
  response.writeHead(308, 'Resume Incomplete', { 'content-length': 0 }).end()
}

/** Cancels a resumable upload, which the service answers with 499. */
export async function cancelUpload({ uploads }: Emulator, exchange: Exchange): Promise<void> {
  await uploads.remove(uploads.find(uploadId(exchange)))
  exchange.response.writeHead(499, 'Client Closed Request', { 'content-length': 0 }).end()
}

const uploadId = ({ query }: Exchange): string => query.get('upload_id') ?? ''

/** Reads name, settings, checksums and conditions from an upload's query and object resource. Throws 400, 501. */
function describeUpload(
  bucket: string,
  query: URLSearchParams,
  { resource, mediaType }: Pick<MultipartUpload, 'resource' | 'mediaType'>,
): UploadDraft {
  const name = query.get('name') ?? resource.name
  if (typeof name !== 'string') throw required('Required')
  if (typeof resource.name === 'string' && resource.name !== name) {
    throw invalid(`Value '${resource.name}' in content does not agree with value '${name}'.`)
  }
  const contentEncoding = query.get('contentEncoding') ?? resource.contentEncoding
  const settings = patchSettings({}, { ...resource, contentEncoding })
  const contentType = settings.contentType ?? mediaType ?? 'application/octet-stream'
  return {
    bucket,
    name,
    settings: { ...settings, contentType },
    preconditions: preconditionsFromQuery(query),
    announced: { crc32c: textOf(resource.crc32c), md5: textOf(resource.md5Hash) },
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
