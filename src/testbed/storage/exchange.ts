import type { KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodyStore } from './body-store.ts'
import type { EmulatorCounters } from './counters.ts'
import type { ObjectStore } from './object-store.ts'
import type { ResumableUploads } from './resumable-uploads.ts'

/** Everything the handlers of one emulator share. */
export type Emulator = {
  readonly store: ObjectStore
  readonly bodies: BodyStore
  readonly uploads: ResumableUploads
  /** The public keys of service accounts by e-mail address, for signed URLs. */
  readonly accounts: ReadonlyMap<string, KeyObject>
  readonly counters: EmulatorCounters
  /** The largest object taken, in bytes. */
  readonly maxObjectBytes: number
  readonly now: () => Date
}

/** One request with what every handler needs of it. */
export type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  /** The path as it came, still encoded. */
  readonly rawPath: string
  /** The query as it came, without the question mark. */
  readonly rawQuery: string
  readonly query: URLSearchParams
  /** `http://host:port` as the caller knows this server, also when it comes through a proxy. */
  readonly origin: string
}

/** The largest JSON body taken. The service itself refuses custom metadata past 8 KiB. */
export const maxJsonBytes = 1024 * 1024

/** Writes a JSON answer. */
export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  const text = JSON.stringify(body)
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=UTF-8',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
    })
    .end(text)
}
