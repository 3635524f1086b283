import { neverStored } from './answer-headers.ts'
import { describeUpload } from './describe-upload.ts'
import { type Emulator, type Exchange, maxJsonBytes } from './exchange.ts'
import { createMultipartReader, multipartBoundary } from './multipart.ts'
import { objectResource } from './object-resource.ts'
import { preconditionsFromQuery } from './preconditions.ts'
import { projectionFromQuery } from './projection.ts'
import { receiveBody } from './receive-body.ts'
import { parseJsonObject, readJson } from './request-body.ts'
import { answerProgress, cancelUpload } from './resumable-answers.ts'
import { sendJson } from './send-json.ts'
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
    return answerProgress(exchange, await takePart(emulator, exchange, session))
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
  const { query, origin } = exchange
  const upload = freeOnError(body, () => ({
    ...describeUpload(emulator.store.bucket(bucket), query, ...describe()),
    preconditions: preconditionsFromQuery(query),
    projection: projectionFromQuery(query),
  }))
  const record = storeBody(emulator, exchange, { bucket, body, ...upload })
  sendJson(exchange, objectResource(record, origin, upload.projection))
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
  const { request, response, query, rawQuery, origin } = exchange
  const resource = await readJson(request)
  const contentType = request.headers['x-upload-content-type']?.toString()
  const description = describeUpload(emulator.store.bucket(bucket), query, resource, contentType)
  const preconditions = preconditionsFromQuery(query)
  emulator.store.checkWritable(bucket, description.name, preconditions)
  const session = emulator.uploads.start({
    bucket,
    preconditions,
    ...description,
    announcedSize: announcedSize(request.headers['x-upload-content-length']?.toString()),
  })
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

function announcedSize(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  if (!/^\d{1,15}$/.test(header)) throw invalid('Invalid X-Upload-Content-Length header.')
  return Number(header)
}
