import { z } from 'zod'
import type { Exchange } from '../emulator/exchange.ts'
import { readJson } from '../emulator/read-body.ts'
import { receiveMultipart } from '../emulator/receive-multipart.ts'
import { sendBody } from '../emulator/send-body.ts'
import { sendJson, sendNothing } from '../emulator/send-json.ts'
import { refusal } from './drive-errors.ts'
import { type DriveFile, folderType } from './drive-files.ts'
import type { DriveEmulation } from './emulation.ts'
import { fileQuery } from './file-query.ts'
import { fileResource } from './file-resource.ts'

const draftSchema = z.object({
  name: z.string().min(1).default('Untitled'),
  mimeType: z.string().min(1).optional(),
  parents: z.array(z.string()).max(1).optional(),
})

/** Stores a file: its description and its bytes, in one request. */
export async function uploadFile(emulation: DriveEmulation, exchange: Exchange): Promise<void> {
  const { request, query } = exchange
  if (query.get('uploadType') !== 'multipart') {
    throw refusal(400, 'invalid', 'This emulator takes uploads with uploadType=multipart only.')
  }
  const {
    resource,
    mediaType = 'application/octet-stream',
    body,
  } = await receiveMultipart(emulation, request)
  let file: DriveFile
  try {
    const draft = draftOf(resource)
    file = emulation.files.create({ ...draft, mimeType: draft.mimeType ?? mediaType, body })
  } catch (error) {
    body.release()
    throw error
  }
  emulation.counters.uploads++
  sendFile(exchange, file)
}

export async function createFolder({ files }: DriveEmulation, exchange: Exchange): Promise<void> {
  const draft = draftOf(await readJson(exchange.request))
  if (draft.mimeType !== folderType) {
    throw refusal(400, 'invalid', 'This emulator creates only folders here; files are created by uploads.')
  }
  sendFile(exchange, files.create({ ...draft, mimeType: folderType }))
}

function draftOf(value: Record<string, unknown>) {
  const draft = draftSchema.safeParse(value)
  if (draft.success) return draft.data
  throw refusal(400, 'invalid', `Invalid value for: ${draft.error.issues[0]?.path.join('.') ?? 'file'}`)
}

/** Sends a page of the files that match a query. */
export function listFiles({ files }: DriveEmulation, exchange: Exchange): void {
  const { query } = exchange
  const matches = fileQuery(query.get('q') ?? '', files)
  const size = Number(query.get('pageSize') ?? 100)
  const start = Number(query.get('pageToken') ?? 0)
  if (!Number.isInteger(size) || size < 1 || size > 1000)
    throw refusal(400, 'invalid', 'Invalid value for: pageSize')
  if (!Number.isSafeInteger(start) || start < 0) throw refusal(400, 'invalid', 'Invalid value for: pageToken')
  const found = inOrder(files.latestFirst().filter(matches), query.get('orderBy'))
  const end = start + size
  sendJson(exchange, {
    kind: 'drive#fileList',
    incompleteSearch: false,
    nextPageToken: end < found.length ? String(end) : undefined,
    files: found.slice(start, end).map((file) => fileResource(file, detailOf(exchange))),
  })
}

function inOrder(found: DriveFile[], orderBy: string | null): DriveFile[] {
  if (orderBy === null) return found
  if (orderBy === 'name') return found.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
  throw refusal(400, 'invalid', `Invalid value for: orderBy (this emulator knows name, not ${orderBy})`)
}

/** Sends the description of a file, or with `alt=media` its bytes. */
export async function readFile(
  { files, counters }: DriveEmulation,
  exchange: Exchange,
  id: string,
): Promise<void> {
  const file = files.get(id)
  if (exchange.query.get('alt') !== 'media') return sendFile(exchange, file)
  const { body, mimeType } = file
  if (body === undefined) {
    throw refusal(403, 'fileNotDownloadable', 'Only files with binary content can be downloaded.')
  }
  await sendBody(exchange, counters, { body, headers: { 'content-type': mimeType } })
}

export function deleteFile({ files }: DriveEmulation, exchange: Exchange, id: string): void {
  files.remove(id)
  sendNothing(exchange)
}

const permissionSchema = z.object({ role: z.literal('reader'), type: z.literal('anyone') })

/** Lets anyone read a file, the one permission that the emulator knows. */
export async function shareFile(
  { files, maySharePublicly }: DriveEmulation,
  exchange: Exchange,
  id: string,
): Promise<void> {
  const file = files.get(id)
  const permission = permissionSchema.safeParse(await readJson(exchange.request)).data
  if (permission === undefined) {
    throw refusal(400, 'invalid', 'This emulator gives anyone the role reader, and nothing else.')
  }
  if (!maySharePublicly) {
    const message = 'The domain administrators have disabled sharing outside of the domain.'
    throw refusal(403, 'publishOutNotPermitted', message)
  }
  file.isShared = true
  sendJson(exchange, { kind: 'drive#permission', id: 'anyoneWithLink', ...permission })
}

function sendFile(exchange: Exchange, file: DriveFile): void {
  sendJson(exchange, fileResource(file, detailOf(exchange)))
}

/** Drive sends more than the usual fields only when asked for; this emulator then sends all. */
const detailOf = ({ query }: Exchange) => (query.has('fields') ? 'all' : 'usual')
