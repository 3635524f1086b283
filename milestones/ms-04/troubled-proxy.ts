import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a request is refused. */
export type Refusal = { status: number; retryAfterSeconds?: number }

/** What refuses the requests of a while; `undefined` lets one through. */
export type Trouble = (path: string) => Refusal | undefined

/** A server in front of another, which has its troubles for a while. */
export type TroubledProxy = {
  /** The other's URL, at this server. */
  url: string
  /** Requests that were passed on. */
  served(): number
  close(): Promise<void>
}

/**
 * Starts a proxy on 127.0.0.1 that refuses what its trouble says, and passes on the others.
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

/** Refuses the first requests with 429 and `Retry-After`, as a server that limits rates does; and counts. */
export function rateLimit(options: { refuse: number; retryAfterSeconds: number }): {
  trouble: Trouble
  /** Requests that were refused, and those that came again before their time. */
  counts(): { refused: number; tooEarly: number }
} {
  const { refuse, retryAfterSeconds } = options
  const counts = { refused: 0, tooEarly: 0 }
  /** When each path may be asked for again, in milliseconds. */
  const allowedAtMs = new Map<string, number>()
  return {
    trouble(path) {
      const isAgain = allowedAtMs.has(path)
      // A clock may differ by a few ms from the one that timed the pause.
      if (isAgain && performance.now() < (allowedAtMs.get(path) ?? 0) - 20) counts.tooEarly++
      if (isAgain || counts.refused >= refuse) return undefined
      counts.refused++
      allowedAtMs.set(path, performance.now() + retryAfterSeconds * 1000)
      return { status: 429, retryAfterSeconds }
    },
    counts: () => ({ ...counts }),
  }
}

/** Refuses so many requests with 503, and works from then on. */
export function outage(requests: number): Trouble {
  let refused = 0
  return () => (refused++ < requests ? { status: 503 } : undefined)
}
