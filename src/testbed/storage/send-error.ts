import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { expiredAtOnce, neverStored } from './answer-headers.ts'
import { escapeXml } from './escape-xml.ts'
import type { ErrorShape, ServiceError } from './service-error.ts'

/**
 * Writes an error the way the service does: Google's JSON object, its XML document, or bare text.
 *
 * @param shape the shape of the path that was called
 */
export function sendError(response: ServerResponse, error: ServiceError, shape: ErrorShape, now: Date): void {
  const { status, headers } = error.fields
  if (status === 304) {
    response.writeHead(304, headers).end()
    return
  }
  const [own, body] = written(error, shape, now)
  response.writeHead(status, { ...own, 'content-length': Buffer.byteLength(body), ...headers }).end(body)
}

function written(
  error: ServiceError,
  shape: ErrorShape,
  now: Date,
): [headers: OutgoingHttpHeaders, body: string] {
  const { isBare = false, byFrontEnd = false, mediaMessage } = error.fields
  const html = 'text/html; charset=UTF-8'
  if (isBare) return [{ 'content-type': 'text/plain; charset=utf-8' }, error.message]
  if (shape === 'xml')
    return [{ 'content-type': 'application/xml; charset=UTF-8', ...expiredAtOnce(now) }, asXml(error)]
  if (shape === 'media') {
    const headers = { 'content-type': html, ...expiredAtOnce(now), vary: 'Origin, X-Origin' }
    return [headers, mediaMessage ?? error.message]
  }
  const type = shape === 'upload' && byFrontEnd ? html : 'application/json; charset=UTF-8'
  return [{ 'content-type': type, ...neverStored }, asJson(error)]
}

function asJson(error: ServiceError): string {
  const { status, reason, message, location } = error.fields
  const place = location === undefined ? {} : { locationType: location.type, location: location.name }
  const errors = [{ message, domain: 'global', reason, ...place }]
  return JSON.stringify({ error: { code: status, message, errors } })
}

function asXml(error: ServiceError): string {
  const { code, message, xmlMessage, elements = {} } = error.fields
  const details = xmlMessage === undefined ? {} : { Details: message }
  const all = { Code: code, Message: xmlMessage ?? message, ...elements, ...details }
  const body = Object.entries(all).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`)
  return `<?xml version='1.0' encoding='UTF-8'?><Error>${body.join('')}</Error>`
}
