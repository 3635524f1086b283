import type { IncomingHttpHeaders } from 'node:http'
import { unencodableText } from './python-crash.ts'
import { hasHalfPair } from './python-utf8.ts'

/** A request whose body has been read. */
export type ApiRequest = {
  method: string
  /** Percent-decoded. */
  path: string
  /** As sent, without the question mark. */
  query: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** Whether the body was more than this server keeps; `body` is empty then. */
  bodyTooLarge: boolean
  /** Address of the other end of the connection. */
  peer: string
  /** Address and port at which the request came in. */
  host: string
}

/** An answer: `body` is sent as it is, with the content type given. */
export type ApiReply = { status: number; headers: Record<string, string>; body: string }

/**
 * Makes a JSON answer.
 *
 * @throws {PythonCrash} when a text cannot be sent as UTF-8
 * @example jsonReply(404, { detail: 'Not Found' })
 */
export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): ApiReply {
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body: toJson(value) }
}

function toJson(value: unknown): string {
  const json = JSON.stringify(value)
  // JSON.stringify escapes half a surrogate pair, which the original does not; a text may also spell such an escape.
  return /\\ud[89a-f]/.test(json) ? JSON.stringify(value, refuseHalfPairs) : json
}

function refuseHalfPairs(_key: string, value: unknown): unknown {
  if (typeof value === 'string' && hasHalfPair(value)) throw unencodableText()
  return value
}

/** Makes a plain text answer. */
export function textReply(status: number, body: string, headers: Record<string, string> = {}): ApiReply {
  return { status, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' }, body }
}

/** Makes an answer without a body. */
export function emptyReply(status: number, headers: Record<string, string> = {}): ApiReply {
  return { status, headers, body: '' }
}
