import { escapeXml } from '../emulator/escape-xml.ts'
import type { Exchange } from '../emulator/exchange.ts'
import { sendError, sendJsonError } from '../emulator/send-error.ts'
import { ServiceError } from '../emulator/service-error.ts'

/** An error answer of Google Drive. */
export function refusal(status: number, reason: string, message: string): ServiceError {
  return new ServiceError({ status, reason, message })
}

export function fileNotFound(id: string): ServiceError {
  const location = { type: 'parameter', name: 'fileId' } as const
  return new ServiceError({ status: 404, reason: 'notFound', message: `File not found: ${id}.`, location })
}

export function invalidCredentials(): ServiceError {
  const location = { type: 'header', name: 'Authorization' } as const
  const message = 'Request had invalid authentication credentials.'
  return new ServiceError({ status: 401, reason: 'authError', message, location })
}

/** Writes an error: Google's JSON for the API, OAuth's JSON for the sign-in, else an HTML page. */
export function sendDriveError(exchange: Exchange, error: ServiceError): void {
  const { rawPath } = exchange
  const { status, reason, message } = error.answer
  if (/^\/(upload\/)?drive\//.test(rawPath)) sendJsonError(exchange, error)
  else if (rawPath === '/token') {
    sendError(exchange, error, {
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache, no-store' },
      body: JSON.stringify({ error: reason, error_description: message }),
    })
  } else {
    sendError(exchange, error, { headers: pageHeaders, body: pageOf(`Error ${status}`, message) })
  }
}

export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache, no-store',
}

/** Returns a page for people. */
export function pageOf(title: string, text: string): string {
  const head = `<!DOCTYPE html><html><head><title>${escapeXml(title)}</title></head>`
  return `${head}<body><p>${escapeXml(text)}</p></body></html>`
}
