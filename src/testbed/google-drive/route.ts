import type { Exchange } from '../emulator/exchange.ts'
import { readWhole } from '../emulator/read-body.ts'
import { sendJson } from '../emulator/send-json.ts'
import { notImplemented } from '../emulator/service-error.ts'
import { invalidCredentials, refusal } from './drive-errors.ts'
import type { DriveEmulation } from './emulation.ts'
import { createFolder, deleteFile, listFiles, readFile, shareFile, uploadFile } from './files-api.ts'
import { sendPublicFile } from './public-files.ts'

type Handler = (emulation: DriveEmulation, exchange: Exchange, id: string) => Promise<void> | void

/** Operations that need no access token. */
const publicOperations: Readonly<Record<string, Handler>> = {
  'POST /token': grantToken,
  'GET /uc': sendPublicFile,
  'GET /download': sendPublicFile,
}

/** Operations of the API. */
const operations: Readonly<Record<string, Handler>> = {
  'POST /upload/drive/v3/files': uploadFile,
  'GET /drive/v3/files': listFiles,
  'POST /drive/v3/files': createFolder,
  'GET /drive/v3/files/<id>': readFile,
  'DELETE /drive/v3/files/<id>': deleteFile,
  'POST /drive/v3/files/<id>/permissions': shareFile,
  'GET /drive/v3/about': sendAbout,
}

/** Routes a request: the API for holders of an access token, sign-in and public files for anyone. Throws 501 for the rest. */
export async function routeDrive(emulation: DriveEmulation, exchange: Exchange): Promise<void> {
  const { method, rawPath, request } = exchange
  const [, id = ''] = /^\/drive\/v3\/files\/([^/]+)/.exec(rawPath) ?? []
  const path = id === '' ? rawPath : rawPath.replace(id, '<id>')
  const operation = `${method === 'HEAD' ? 'GET' : method} ${path}`
  const open = publicOperations[operation]
  if (open !== undefined) return await open(emulation, exchange, id)
  const handle = operations[operation]
  if (handle === undefined) throw notImplemented(`${method} ${rawPath}`)
  if (emulation.limitRate() !== undefined) {
    throw refusal(429, 'rateLimitExceeded', 'Rate Limit Exceeded')
  }
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined || !emulation.tokens.accepts(token)) throw invalidCredentials()
  await handle(emulation, exchange, id)
}

function sendAbout(_: DriveEmulation, exchange: Exchange): void {
  if (!exchange.query.has('fields')) {
    throw refusal(400, 'required', "The 'fields' parameter is required for this method.")
  }
  sendJson(exchange, { kind: 'drive#about' })
}

async function grantToken({ tokens }: DriveEmulation, exchange: Exchange): Promise<void> {
  const form = await readWhole(exchange.request, 64 * 1024)
  sendJson(exchange, tokens.grant(new URLSearchParams(form.toString('utf8'))))
}
