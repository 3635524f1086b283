import { neverStored, revalidated } from './answer-headers.ts'
import type { Exchange } from './exchange.ts'

/** Sends a JSON answer of a Google API; a resource's `etag` is also sent as the header. */
export function sendJson(exchange: Exchange, body: Record<string, unknown>): void {
  const { method, response } = exchange
  const text = JSON.stringify(body)
  const reads = method === 'GET' || method === 'HEAD'
  if (typeof body.etag === 'string') response.setHeader('etag', body.etag)
  response
    .writeHead(200, {
      'content-type': 'application/json; charset=UTF-8',
      'content-length': Buffer.byteLength(text),
      ...(reads ? revalidated(exchange.now) : neverStored),
    })
    .end(text)
}

/** Sends the empty answer to a deletion. */
export function sendNothing({ response }: Exchange): void {
  response.writeHead(204, { 'content-type': 'application/json', ...neverStored }).end()
}
