import type { Exchange } from '../emulator/exchange.ts'
import { receiveBody } from '../emulator/receive-body.ts'
import { notImplemented } from '../emulator/service-error.ts'
import { authorizeUrl } from './authorize.ts'
import type { Emulator, ObjectPath } from './emulator.ts'
import { entityTag, hashHeader } from './object-resource.ts'
import { settingsFromHeaders } from './object-settings.ts'
import { sendUrl } from './send-object.ts'
import { storeUpload } from './store-upload.ts'
import { refuseUnknownUrlParts } from './unsupported.ts'
import type { UploadDraft } from './upload-draft.ts'

const permissions: Readonly<Record<string, string>> = {
  GET: 'storage.objects.get',
  HEAD: 'storage.objects.get',
  PUT: 'storage.objects.create',
  DELETE: 'storage.objects.delete',
}

/**
 * Handles `/<bucket>/<object>`, where public and signed URLs lead (the XML API): reads, whole uploads and deletions.
 *
 * @throws 501 for everything else
 */
export async function handleObjectUrl(
  emulator: Emulator,
  exchange: Exchange,
  path: ObjectPath,
): Promise<void> {
  const { store } = emulator
  const { method, response } = exchange
  const permission = permissions[method]
  if (permission === undefined) throw notImplemented(`${method} of an object URL`)
  const reads = permission === 'storage.objects.get'
  authorizeUrl(emulator, exchange, { permission, isPublic: reads && store.bucket(path.bucket).isPublic })
  refuseUnknownUrlParts(exchange)
  if (method === 'PUT') return await putObject(emulator, exchange, path)
  const record = store.object(path.bucket, path.object)
  if (reads) return await sendUrl(emulator, exchange, record)
  store.delete(record)
  response.writeHead(204).end()
}

async function putObject(emulator: Emulator, exchange: Exchange, path: ObjectPath): Promise<void> {
  const { request, response } = exchange
  const { headers } = request
  const draft: UploadDraft = {
    bucket: path.bucket,
    name: path.object,
    settings: settingsFromHeaders(headers),
    preconditions: {},
    announced: {},
  }
  emulator.store.checkWritable(draft)
  const body = await receiveBody(emulator, request)
  const record = storeUpload(emulator, headers, { ...draft, body })
  response
    .writeHead(200, {
      etag: entityTag(record),
      'x-goog-generation': record.generation,
      'x-goog-metageneration': record.metageneration,
      'x-goog-hash': hashHeader(record),
      'x-goog-stored-content-length': body.size,
      'content-length': 0,
    })
    .end()
}
