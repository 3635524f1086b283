import type { OutgoingHttpHeaders } from 'node:http'
import type { Exchange } from '../emulator/exchange.ts'
import { sendError } from '../emulator/send-error.ts'
import { ServiceError } from '../emulator/service-error.ts'

const json: OutgoingHttpHeaders = { 'content-type': 'application/json; charset=utf-8' }
const text: OutgoingHttpHeaders = { 'content-type': 'text/plain; charset=utf-8' }

/** An error answer of Pinata. */
export function refusal(status: number, reason: string, message: string): ServiceError {
  return new ServiceError({ status, reason, message })
}

/** Sends an answer of the API. */
export function sendPinataJson({ response }: Exchange, body: unknown): void {
  const written = JSON.stringify(body)
  response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(written) }).end(written)
}

/** Writes an error: JSON for the API, text for the gateway. */
export function sendPinataError(exchange: Exchange, error: ServiceError): void {
  const { reason, message } = error.answer
  if (exchange.rawPath.startsWith('/ipfs/'))
    sendError(exchange, error, { headers: text, body: `${message}\n` })
  else {
    const body = JSON.stringify({ error: { reason, details: message } })
    sendError(exchange, error, { headers: json, body })
  }
}
