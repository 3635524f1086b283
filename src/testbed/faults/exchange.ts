import type { IncomingHttpHeaders } from 'node:http'

/** A request to the proxy. */
export type Asked = { method: string; path: string; headers: IncomingHttpHeaders; body: Buffer }

/** An answer of the upstream or of the proxy. */
export type Answer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** Thrown to cut the connection instead of answering. */
export class CutOff extends Error {}
