import type { ServerResponse } from 'node:http'
import type { ErrorShape, ServiceError } from './service-error.ts'

/**
 * Writes an error the way the service does: Google's JSON object, its XML document, or bare text.
 *
 * @param shape the shape of the path that was called
 */
export function sendError(response: ServerResponse, error: ServiceError, shape: ErrorShape): void {
  const { status, headers, shape: forced } = error.fields
  if (status === 304) {
    response.writeHead(304, headers).end()
    return
  }
  const [type, body] = written(error, forced ?? shape)
  response
    .writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'private, max-age=0',
      ...headers,
    })
    .end(body)
}

function written(error: ServiceError, shape: ErrorShape): [type: string, body: string] {
  if (shape === 'json') return ['application/json; charset=UTF-8', asJson(error)]
  if (shape === 'xml') return ['application/xml; charset=UTF-8', asXml(error)]
  return ['text/plain; charset=utf-8', error.message]
}

function asJson(error: ServiceError): string {
  const { status, reason, message } = error.fields
  return JSON.stringify({ error: { code: status, message, errors: [{ message, domain: 'global', reason }] } })
}

function asXml(error: ServiceError): string {
  const { code, message, xmlMessage, elements = {} } = error.fields
  const details = xmlMessage === undefined ? {} : { Details: message }
  const all = { Code: code, Message: xmlMessage ?? message, ...elements, ...details }
  const body = Object.entries(all).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`)
  return `<?xml version='1.0' encoding='UTF-8'?><Error>${body.join('')}</Error>`
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
