import type { IncomingHttpHeaders } from 'node:http'

/** A request whose body has been read. */
export type ApiRequest = {
  method: string
  /** Percent-decoded. */
  path: string
  /** As sent, without the question mark. */
  query: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** Address of the other end of the connection. */
  peer: string
}

/** An answer: `body` is sent as it is, with the content type given. */
export type ApiReply = { status: number; headers: Record<string, string>; body: string }

/**
 * Makes a JSON answer.
 *
 * @example jsonReply(404, { detail: 'Not Found' })
 */
export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): ApiReply {
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

/** Makes a plain text answer. */
export function textReply(status: number, body: string, headers: Record<string, string> = {}): ApiReply {
  return { status, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' }, body }
}

/** Makes an answer without a body. */
export function emptyReply(status: number, headers: Record<string, string> = {}): ApiReply {
  return { status, headers, body: '' }
}
