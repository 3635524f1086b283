import type { OutgoingHttpHeaders } from 'node:http'
import type { Exchange } from '../storage/exchange.ts'
import { ServiceError } from '../storage/service-error.ts'

/** An answer other than success, as Pinata words it. */
export function refusal(
  status: number,
  reason: string,
  details: string,
  headers?: OutgoingHttpHeaders,
): ServiceError {
  return new ServiceError({ status, reason, code: reason, message: details, ...(headers && { headers }) })
}

/** Writes an error: of the API as JSON, of the gateway as text. */
export function sendPinataError({ response, rawPath }: Exchange, error: ServiceError): void {
  const { status, reason, message, headers } = error.fields
  const isGateway = rawPath.startsWith('/ipfs/')
  const body = isGateway ? `${message}\n` : JSON.stringify({ error: { reason, details: message } })
  response
    .writeHead(status, {
      'content-type': isGateway ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      ...headers,
    })
    .end(body)
}
