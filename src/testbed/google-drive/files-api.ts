import { z } from 'zod'
import type { Exchange } from '../storage/exchange.ts'
import { createMultipartReader, multipartBoundary } from '../storage/multipart.ts'
import { partialResponse } from '../storage/partial-response.ts'
import { receiveBody } from '../storage/receive-body.ts'
import { parseJsonObject, readJson } from '../storage/request-body.ts'
import { sendBody } from '../storage/send-body.ts'
import { sendJson, sendNothing } from '../storage/send-json.ts'
import { methodNotAllowed } from '../storage/service-error.ts'
import type { StoredBody } from '../storage/stored-body.ts'
import { refusal } from './drive-error.ts'
import { type DriveFile, folderType } from './drive-files.ts'
import type { DriveEmulation } from './emulation.ts'
import { fileQuery } from './file-query.ts'
import { fileResource } from './file-resource.ts'

const draftSchema = z.object({
  id: z
    .string()
    .regex(/^[\w-]{10,64}$/)
    .optional(),
  name: z.string().min(1).default('Untitled'),
  mimeType: z.string().min(1).optional(),
  parents: z.array(z.string()).max(1).optional(),
})
/** What is told of a file unless more is asked for. */
const usualFields = 'kind,id,name,mimeType'
const maxMetadataBytes = 1024 * 1024

/** Handles `/upload/drive/v3/files`: a description of the file and its bytes, in one request. */
export async function uploadFile(emulation: DriveEmulation, exchange: Exchange): Promise<void> {
  const { request, query } = exchange
  if (exchange.method !== 'POST') throw methodNotAllowed()
  if (query.get('uploadType') !== 'multipart') {
    throw refusal(400, 'invalid', 'This emulator takes uploads with uploadType=multipart only.')
  }
  const reader = createMultipartReader(multipartBoundary(request.headers['content-type']), maxMetadataBytes)
  const body = await receiveBody(emulation, request, reader.push)
  sendFile(emulation, exchange, await created(emulation, body, reader.finish))
  emulation.counters.uploads++
}

async function created(
  { files }: DriveEmulation,
  body: StoredBody,
  finish: () => { json: string; mediaType: string | undefined },
): Promise<DriveFile> {
  try {
    const { json, mediaType = 'application/octet-stream' } = finish()
    const draft = draftOf(parseJsonObject(json))
    return files.create({ ...draft, mimeType: draft.mimeType ?? mediaType, body })
  } catch (error) {
    body.release()
    throw error
  }
}

/** Handles `/drive/v3/files`: a list, or a new folder. */
export async function handleFiles(emulation: DriveEmulation, exchange: Exchange): Promise<void> {
  const { method, request } = exchange
  if (method === 'GET') return listFiles(emulation, exchange)
  if (method !== 'POST') throw methodNotAllowed()
  const draft = draftOf(await readJson(request))
  if (draft.mimeType !== folderType) {
    throw refusal(400, 'invalid', 'This emulator makes folders here; files are made by uploads.')
  }
  sendFile(emulation, exchange, emulation.files.create({ ...draft, mimeType: folderType }))
}

function draftOf(value: Record<string, unknown>) {
  const draft = draftSchema.safeParse(value)
  if (draft.success) return draft.data
  throw refusal(400, 'invalid', `Invalid value for: ${draft.error.issues[0]?.path.join('.') ?? 'file'}`)
}

function listFiles({ files }: DriveEmulation, exchange: Exchange): void {
  const { query } = exchange
  const matches = fileQuery(query.get('q') ?? '', files)
  const size = Number(query.get('pageSize') ?? 100)
  const start = Number(Buffer.from(query.get('pageToken') ?? 'MA', 'base64url').toString())
  if (!Number.isInteger(size) || size < 1 || size > 1000)
    throw refusal(400, 'invalid', 'Invalid value for: pageSize')
  if (!Number.isSafeInteger(start) || start < 0) throw refusal(400, 'invalid', 'Invalid value for: pageToken')
  const found = inOrder(files.latestFirst().filter(matches), query.get('orderBy'))
  const end = start + size
  const answer = {
    kind: 'drive#fileList',
    incompleteSearch: false,
    ...(end < found.length && { nextPageToken: Buffer.from(String(end)).toString('base64url') }),
    files: found.slice(start, end).map((file) => fileResource(file, files)),
  }
  const usual = `kind,incompleteSearch,nextPageToken,files(${usualFields})`
  sendJson(exchange, query.has('fields') ? answer : keep(answer, usual))
}

function inOrder(found: DriveFile[], orderBy: string | null): DriveFile[] {
  if (orderBy === null) return found
  if (orderBy === 'name') return found.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
  throw refusal(400, 'invalid', `Invalid value for: orderBy (this emulator knows name, not ${orderBy})`)
}

/** Handles `/drive/v3/files/<id>`: what it is, what is in it, or its end. */
export async function handleFile(emulation: DriveEmulation, exchange: Exchange, id: string): Promise<void> {
  const { files, counters } = emulation
  if (exchange.method === 'DELETE') {
    files.remove(id)
    return sendNothing(exchange)
  }
  if (exchange.method !== 'GET') throw methodNotAllowed()
  const file = files.get(id)
  if (exchange.query.get('alt') !== 'media') return sendFile(emulation, exchange, file)
  if (file.body === undefined) {
    throw refusal(403, 'fileNotDownloadable', 'Only files with binary content can be downloaded.')
  }
  await sendBody(exchange, counters, file.body, { 'content-type': file.mimeType })
}

function sendFile({ files }: DriveEmulation, exchange: Exchange, file: DriveFile): void {
  const resource = fileResource(file, files)
  sendJson(exchange, exchange.query.has('fields') ? resource : keep(resource, usualFields))
}

const keep = (resource: Record<string, unknown>, fields: string): Record<string, unknown> =>
  partialResponse(resource, fields) as Record<string, unknown>
