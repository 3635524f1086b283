import type { IncomingMessage, ServerResponse } from 'node:http'

/** One request, its response, and the parts of the URL that handlers need. */
export type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  /** The path as received, still encoded. */
  readonly rawPath: string
  /** The query as received, without the question mark. */
  readonly rawQuery: string
  readonly query: URLSearchParams
  /** `http://host:port` as the caller addresses this server, also through a proxy. */
  readonly origin: string
  /** When the request arrived. */
  readonly now: Date
}
