import { describeUpload } from './describe-upload.ts'
import { type Emulator, type Exchange, maxJsonBytes, sendJson } from './exchange.ts'
import { createMultipartReader, multipartBoundary } from './multipart.ts'
import { objectResource } from './object-resource.ts'
import { preconditionsFromQuery } from './preconditions.ts'
import { receiveBody } from './receive-body.ts'
import { parseJsonObject, readJson } from './request-body.ts'
import { answerProgress, cancelUpload } from './resumable-answers.ts'
import { invalid, methodNotAllowed } from './service-error.ts'
import { storeBody } from './store-body.ts'
import type { StoredBody } from './stored-body.ts'
import { takePart } from './take-part.ts'

/** Handles `/upload/storage/v1/b/<bucket>/o`: whole uploads, and the start, parts and end of resumable ones. */
export async function handleJsonUpload(
  emulator: Emulator,
  exchange: Exchange,
  bucket: string,
): Promise<void> {
  const { method, query, response } = exchange
  if (query.has('upload_id')) {
    const session = emulator.uploads.find(query.get('upload_id'))
    if (method === 'DELETE') return await cancelUpload(emulator, response, session)
    if (method !== 'PUT' && method !== 'POST') throw methodNotAllowed()
    return answerProgress(response, await takePart(emulator, exchange, session))
  }
  if (method !== 'POST') throw methodNotAllowed()
  emulator.store.bucket(bucket)
  const type = query.get('uploadType')
  if (type === 'multipart') return await uploadMultipart(emulator, exchange, bucket)
  if (type === 'media') return await uploadMedia(emulator, exchange, bucket)
  if (type === 'resumable') return await startResumable(emulator, exchange, bucket)
  throw invalid(`Invalid upload type: '${type ?? ''}'`)
}

async function uploadMultipart(emulator: Emulator, exchange: Exchange, bucket: string): Promise<void> {
  const { request } = exchange
  const reader = createMultipartReader(multipartBoundary(request.headers['content-type']), maxJsonBytes)
  const body = await receiveBody(emulator, request, reader.push)
  finishUpload(emulator, exchange, bucket, body, () => {
    const { json, mediaType } = reader.finish()
    return [parseJsonObject(json), mediaType]
  })
}

async function uploadMedia(emulator: Emulator, exchange: Exchange, bucket: string): Promise<void> {
  const { request } = exchange
  const body = await receiveBody(emulator, request)
  finishUpload(emulator, exchange, bucket, body, () => [{}, request.headers['content-type']])
}

function finishUpload(
  emulator: Emulator,
  exchange: Exchange,
  bucket: string,
  body: StoredBody,
  describe: () => [resource: Record<string, unknown>, contentType: string | undefined],
): void {
  const { query, response, origin } = exchange
  const upload = freeOnError(body, () => ({
    ...describeUpload(query, ...describe()),
    preconditions: preconditionsFromQuery(query),
  }))
  const record = storeBody(emulator, exchange, { bucket, body, ...upload })
  sendJson(response, objectResource(record, origin))
}

function freeOnError<T>(body: StoredBody, act: () => T): T {
  try {
    return act()
  } catch (error) {
    body.release()
    throw error
  }
}

async function startResumable(emulator: Emulator, exchange: Exchange, bucket: string): Promise<void> {
  const { request, response, query, origin } = exchange
  const resource = await readJson(request)
  const contentType = request.headers['x-upload-content-type']?.toString()
  const description = describeUpload(query, resource, contentType)
  const preconditions = preconditionsFromQuery(query)
  emulator.store.checkWritable(bucket, description.name, preconditions)
  const session = emulator.uploads.start({
    bucket,
    preconditions,
    ...description,
    announcedSize: announcedSize(request.headers['x-upload-content-length']?.toString()),
  })
  const path = `/upload/storage/v1/b/${bucket}/o`
  const parameters = new URLSearchParams({
    uploadType: 'resumable',
    name: description.name,
    upload_id: session.id,
  })
  response
    .writeHead(200, {
      location: `${origin}${path}?${parameters}`,
      'x-guploader-uploadid': session.id,
      'content-length': 0,
    })
    .end()
}

function announcedSize(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  if (!/^\d{1,15}$/.test(header)) throw invalid('Invalid X-Upload-Content-Length header.')
  return Number(header)
}
