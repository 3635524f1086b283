import type { Exchange } from '../storage/exchange.ts'
import { readBody } from '../storage/request-body.ts'
import { sendJson } from '../storage/send-json.ts'
import { methodNotAllowed, noSuchPath, tooLarge } from '../storage/service-error.ts'
import { invalidCredentials, refusal } from './drive-error.ts'
import type { DriveEmulation } from './emulation.ts'
import { handleFile, handleFiles, uploadFile } from './files-api.ts'
import { handlePermissions } from './permissions-api.ts'
import { sendPublicFile } from './public-files.ts'

const maxFormBytes = 64 * 1024
const publicPaths = new Set(['/uc', '/download', '/ServiceLogin'])

/** Finds the handler of a request and runs it: the API for whoever has an access token, sign-in and public files for anyone. */
export async function routeDrive(emulation: DriveEmulation, exchange: Exchange): Promise<void> {
  const { rawPath } = exchange
  if (publicPaths.has(rawPath)) return await sendPublicFile(emulation, exchange)
  if (rawPath === '/token') return await grantToken(emulation, exchange)
  if (!/^\/(upload\/)?drive\/v3\//.test(rawPath)) throw noSuchPath()
  if (emulation.limitRate() !== undefined) {
    throw refusal(429, 'rateLimitExceeded', 'Rate Limit Exceeded')
  }
  const token = /^Bearer (\S+)$/i.exec(exchange.request.headers.authorization ?? '')?.[1]
  if (token === undefined || !emulation.tokens.holds(token)) throw invalidCredentials()
  if (rawPath === '/upload/drive/v3/files') return await uploadFile(emulation, exchange)
  await routeApi(emulation, exchange)
}

async function routeApi(emulation: DriveEmulation, exchange: Exchange): Promise<void> {
  const [room, id, below, permission, ...more] = exchange.rawPath.slice('/drive/v3/'.length).split('/')
  if (room === 'about' && id === undefined) return sendAbout(exchange)
  if (room !== 'files' || more.length > 0) throw noSuchPath()
  if (id === undefined) return await handleFiles(emulation, exchange)
  if (below === undefined) return await handleFile(emulation, exchange, id)
  if (below !== 'permissions') throw noSuchPath()
  await handlePermissions(emulation, exchange, id, permission)
}

function sendAbout(exchange: Exchange): void {
  if (exchange.method !== 'GET') throw methodNotAllowed()
  if (!exchange.query.has('fields')) {
    throw refusal(400, 'required', "The 'fields' parameter is required for this method.")
  }
  sendJson(exchange, {
    kind: 'drive#about',
    user: { kind: 'drive#user', displayName: 'Testbed', me: true, emailAddress: 'load-test@testbed.invalid' },
  })
}

async function grantToken({ tokens }: DriveEmulation, exchange: Exchange): Promise<void> {
  if (exchange.method !== 'POST') throw methodNotAllowed()
  const chunks: Buffer[] = []
  let size = 0
  await readBody(exchange.request, (chunk) => {
    size += chunk.length
    if (size > maxFormBytes) throw tooLarge(maxFormBytes)
    chunks.push(chunk)
    return undefined
  })
  sendJson(exchange, tokens.grant(new URLSearchParams(Buffer.concat(chunks).toString('utf8'))))
}
