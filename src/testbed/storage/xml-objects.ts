import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { authorize } from './authorize.ts'
import { conditionalRead } from './conditional-read.ts'
import type { Emulator, Exchange } from './exchange.ts'
import { requestedAccess } from './object-access.ts'
import { entityTag, objectResource } from './object-resource.ts'
import { settingsFromHeaders } from './object-settings.ts'
import type { ObjectDraft } from './object-store.ts'
import { checkPreconditions, generationFromQuery, preconditionsFromHeaders } from './preconditions.ts'
import { isReadableByAll } from './public-access.ts'
import { receiveBody } from './receive-body.ts'
import { answerProgress, cancelUpload } from './resumable-answers.ts'
import { sendObject } from './send-object.ts'
import { invalid, methodNotAllowed, notImplemented } from './service-error.ts'
import { storeBody } from './store-body.ts'
import type { StoredBody } from './stored-body.ts'
import { takePart } from './take-part.ts'

/** Handles `/<bucket>/<object>`: what public and signed URLs point at. */
export async function handleXmlObject(
  emulator: Emulator,
  exchange: Exchange,
  bucket: string,
  name: string,
): Promise<void> {
  const { method, query, response } = exchange
  if (query.has('upload_id')) {
    // The id of an upload is as good as a signature: only who started it knows it.
    const session = emulator.uploads.find(query.get('upload_id'))
    if (method === 'DELETE') return await cancelUpload(emulator, response, session)
    if (method !== 'PUT') throw methodNotAllowed()
    return answerProgress(exchange, await takePart(emulator, exchange, session))
  }
  if (method === 'GET' || method === 'HEAD') return await readObject(emulator, exchange, bucket, name)
  authorize(emulator, exchange, method === 'DELETE' ? 'storage.objects.delete' : 'storage.objects.create')
  if (method === 'PUT') return await putObject(emulator, exchange, bucket, name)
  if (method === 'DELETE') {
    emulator.store.delete(
      bucket,
      name,
      preconditionsFromHeaders(exchange.request.headers),
      generationFromQuery(query),
    )
    response.writeHead(204).end()
    return
  }
  if (method === 'POST' && exchange.request.headers['x-goog-resumable'] === 'start') {
    return startResumable(emulator, exchange, bucket, name)
  }
  if (method === 'POST')
    throw notImplemented('Multipart uploads of the XML API are not supported by this emulator.')
  throw methodNotAllowed()
}

async function readObject(
  emulator: Emulator,
  exchange: Exchange,
  bucket: string,
  name: string,
): Promise<void> {
  const { request, query } = exchange
  const { store } = emulator
  const generation = generationFromQuery(query)
  const inBucket = store.bucket(bucket)
  const isPublic = isReadableByAll(inBucket, inBucket.live.get(name))
  authorize(emulator, exchange, 'storage.objects.get', { isPublic })
  const record = store.object(bucket, name, generation)
  checkPreconditions(preconditionsFromHeaders(request.headers), record, 'read')
  conditionalRead(request.headers, record, entityTag(record))
  await sendObject(emulator, exchange, record, 'xml')
}

async function putObject(
  emulator: Emulator,
  exchange: Exchange,
  bucket: string,
  name: string,
): Promise<void> {
  const { request, response } = exchange
  if (request.headers['x-goog-copy-source'] !== undefined) {
    throw notImplemented('Copies by the XML API are not supported by this emulator.')
  }
  const draft = draftFromHeaders(emulator, exchange, bucket)
  const preconditions = preconditionsFromHeaders(request.headers)
  emulator.store.checkWritable(bucket, name, preconditions)
  const body = await receiveBody(emulator, request)
  await checkSignedPayload(request.headers, body)
  const record = storeBody(emulator, exchange, { bucket, name, draft, preconditions, announced: {}, body })
  const { crc32c, md5Hash } = objectResource(record, exchange.origin)
  response
    .writeHead(200, {
      etag: entityTag(record),
      'x-goog-generation': record.generation,
      'x-goog-metageneration': record.metageneration,
      'x-goog-hash': `crc32c=${String(crc32c)},md5=${String(md5Hash)}`,
      'x-goog-stored-content-length': body.size,
      'content-length': 0,
    })
    .end()
}

/** A signer may fix the content, too; `UNSIGNED-PAYLOAD` leaves it open. Frees the body when it throws. */
async function checkSignedPayload(headers: IncomingHttpHeaders, body: StoredBody): Promise<void> {
  const signed = headers['x-goog-content-sha256']?.toString() ?? 'UNSIGNED-PAYLOAD'
  if (signed === 'UNSIGNED-PAYLOAD') return
  const hash = createHash('sha256')
  if (body.size > 0) for await (const chunk of body.stream(0, body.size - 1)) hash.update(chunk)
  if (hash.digest('hex') === signed.toLowerCase()) return
  body.release()
  throw invalid('The provided x-goog-content-sha256 header does not match what was computed.', 'BadDigest')
}

function startResumable(emulator: Emulator, exchange: Exchange, bucket: string, name: string): void {
  const { request, response, origin, rawPath } = exchange
  const draft = draftFromHeaders(emulator, exchange, bucket)
  const preconditions = preconditionsFromHeaders(request.headers)
  emulator.store.checkWritable(bucket, name, preconditions)
  const session = emulator.uploads.start({
    bucket,
    name,
    draft,
    preconditions,
    announced: {},
    announcedSize: undefined,
  })
  response
    .writeHead(201, { location: `${origin}${rawPath}?upload_id=${session.id}`, 'content-length': 0 })
    .end()
}

function draftFromHeaders(emulator: Emulator, { request }: Exchange, bucket: string): ObjectDraft {
  const predefined = request.headers['x-goog-acl']?.toString()
  const name = predefined?.replace(/-./g, (part) => part.slice(1).toUpperCase()) ?? null
  const acl = requestedAccess(emulator.store.bucket(bucket), name)
  return { ...settingsFromHeaders(request.headers), ...(acl !== undefined && { acl }) }
}
