import { neverStored, revalidated } from './answer-headers.ts'
import type { Exchange } from './exchange.ts'
import { partialResponse } from './partial-response.ts'

/** Writes a JSON answer, or the part of it that was asked for; a resource's own entity tag becomes the answer's. */
export function sendJson(exchange: Exchange, body: Record<string, unknown>): void {
  const { method, query, response } = exchange
  const text = JSON.stringify(partialResponse(body, query.get('fields')))
  const reading = method === 'GET' || method === 'HEAD'
  response
    .writeHead(200, {
      'content-type': 'application/json; charset=UTF-8',
      'content-length': Buffer.byteLength(text),
      ...(reading ? revalidated(exchange.now) : neverStored),
      ...(typeof body.etag === 'string' && { etag: body.etag }),
    })
    .end(text)
}

/** Answers that there is nothing to say, as for a deletion of the JSON API. */
export function sendNothing({ response }: Exchange): void {
  response.writeHead(204, { 'content-type': 'application/json', ...neverStored }).end()
}
