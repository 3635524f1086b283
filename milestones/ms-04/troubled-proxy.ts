import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Response to a refused request. */
export type Refusal = { status: number; retryAfterSeconds?: number }

/** Decides whether a request is refused; `undefined` passes it on. */
export type Trouble = (path: string) => Refusal | undefined

/** A proxy that refuses requests for a while. */
export type TroubledProxy = {
  /** URL of the server behind it, with the proxy's origin. */
  url: string
  /** Number of requests passed on. */
  served(): number
  close(): Promise<void>
}

/**
 * Starts a proxy on 127.0.0.1 that refuses the requests that `trouble` picks and passes on the others.
 *
 * @param behind URL of the server behind it
 */
export async function startTroubledProxy(behind: string, trouble: Trouble): Promise<TroubledProxy> {
  const { origin, pathname } = new URL(behind)
  let served = 0

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: path = '/' } = request
    const refusal = trouble(path)
    if (refusal !== undefined) {
      const { status, retryAfterSeconds } = refusal
      response
        .writeHead(status, {
          'content-type': 'application/json',
          ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
        })
        .end(JSON.stringify({ detail: 'not now' }))
      return
    }
    served++
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const passed = await fetch(origin + path, {
      method,
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    })
    response
      .writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? 'application/json' })
      .end(Buffer.from(await passed.arrayBuffer()))
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(502).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    served: () => served,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Refuses the first requests with 429 and `Retry-After`, like a server with rate limits, and counts retries. */
export function rateLimit(options: { refuse: number; retryAfterSeconds: number }): {
  trouble: Trouble
  /** Requests that were refused, and retries that came before `Retry-After`. */
  counts(): { refused: number; tooEarly: number }
} {
  const { refuse, retryAfterSeconds } = options
  const counts = { refused: 0, tooEarly: 0 }
  /** When each path may be requested again, in milliseconds. */
  const allowedAtMs = new Map<string, number>()
  return {
    trouble(path) {
      const isRetry = allowedAtMs.has(path)
      // A clock may differ by a few ms from the one that timed the pause.
      if (isRetry && performance.now() < (allowedAtMs.get(path) ?? 0) - 20) counts.tooEarly++
      if (isRetry || counts.refused >= refuse) return undefined
      counts.refused++
      allowedAtMs.set(path, performance.now() + retryAfterSeconds * 1000)
      return { status: 429, retryAfterSeconds }
    },
    counts: () => ({ ...counts }),
  }
}

/** Refuses the first requests with 503 and passes on all later ones. */
export function outage(requests: number): Trouble {
  let refused = 0
  return () => (refused++ < requests ? { status: 503 } : undefined)
}
