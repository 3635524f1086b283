import type { KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodyStore } from './body-store.ts'
import type { EmulatorCounters } from './counters.ts'
import type { ObjectStore } from './object-store.ts'
import type { ResumableUploads } from './resumable-uploads.ts'
import type { Rewrites } from './rewrite-progress.ts'

/** Everything the handlers of one emulator share. */
export type Emulator = {
  readonly store: ObjectStore
  readonly bodies: BodyStore
  readonly uploads: ResumableUploads
  readonly rewrites: Rewrites
  /** Access tokens that open everything; nothing is asked of callers of the JSON API, and any token opens all, without a list. */
  readonly accessTokens: ReadonlySet<string> | undefined
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
  /** When the request came. */
  readonly now: Date
}

/** The largest JSON body taken. The service itself refuses custom metadata past 8 KiB. */
export const maxJsonBytes = 1024 * 1024
