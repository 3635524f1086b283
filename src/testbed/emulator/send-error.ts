import type { OutgoingHttpHeaders } from 'node:http'
import { neverStored } from './answer-headers.ts'
import type { Exchange } from './exchange.ts'
import type { ServiceError } from './service-error.ts'

/** Writes an error in the given shape. */
export function sendError(
  { response }: Exchange,
  { status, answer }: ServiceError,
  { headers, body }: { headers: OutgoingHttpHeaders; body: string },
): void {
  if (status === 304) response.writeHead(304).end()
  else {
    const length = { 'content-length': Buffer.byteLength(body) }
    response.writeHead(status, { ...headers, ...length, ...answer.headers }).end(body)
  }
}

/** Writes an error as Google's JSON APIs do. */
export function sendJsonError(exchange: Exchange, error: ServiceError): void {
  const { status, reason, message, location } = error.answer
  const place = { locationType: location?.type, location: location?.name }
  const errors = [{ message, domain: 'global', reason, ...place }]
  sendError(exchange, error, {
    headers: { 'content-type': 'application/json; charset=UTF-8', ...neverStored },
    body: JSON.stringify({ error: { code: status, message, errors } }),
  })
}
