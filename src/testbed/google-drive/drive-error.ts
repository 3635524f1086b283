import { escapeXml } from '../storage/escape-xml.ts'
import type { Exchange } from '../storage/exchange.ts'
import { sendError } from '../storage/send-error.ts'
import { ServiceError } from '../storage/service-error.ts'

/** An answer other than success, as Drive words it. */
export function refusal(status: number, reason: string, message: string): ServiceError {
  return new ServiceError({ status, reason, code: reason, message })
}

export function fileNotFound(id: string): ServiceError {
  const { fields } = refusal(404, 'notFound', `File not found: ${id}.`)
  return new ServiceError({ ...fields, location: { type: 'parameter', name: 'fileId' } })
}

export function invalidCredentials(): ServiceError {
  const { fields } = refusal(401, 'authError', 'Request had invalid authentication credentials.')
  return new ServiceError({ ...fields, location: { type: 'header', name: 'Authorization' } })
}

/** Writes an error: of the API as Google's JSON, of the sign-in as OAuth has it, else as a page for people. */
export function sendDriveError(exchange: Exchange, error: ServiceError): void {
  const { response, rawPath, now } = exchange
  const { status, reason, message } = error.fields
  if (/^\/(upload\/)?drive\//.test(rawPath)) {
    sendError(response, error, 'json', now)
    return
  }
  const isSignIn = rawPath === '/token'
  const body = isSignIn
    ? JSON.stringify({ error: reason, error_description: message })
    : `<!DOCTYPE html><html><head><title>Error ${status}</title></head><body><p>${escapeXml(message)}</p></body></html>`
  response
    .writeHead(status, {
      'content-type': isSignIn ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-cache, no-store',
    })
    .end(body)
}
