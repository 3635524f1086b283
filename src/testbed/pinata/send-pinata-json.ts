import type { Exchange } from '../storage/exchange.ts'

/** Writes an answer of the API. */
export function sendPinataJson({ response }: Exchange, body: unknown): void {
  const text = JSON.stringify(body)
  response
    .writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
    })
    .end(text)
}
