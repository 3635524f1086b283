import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server in front of another, which refuses the first requests as one that limits rates does. */
export type RateLimitingProxy = {
  /** The other's URL, at this server. */
  url: string
  counts(): {
    /** Requests that were refused with 429. */
    refused: number
    /** Requests that came again before `Retry-After` was over. */
    tooEarly: number
    /** Requests that were passed on. */
    served: number
  }
  close(): Promise<void>
}

/**
 * Starts a proxy on 127.0.0.1 that answers the first requests with 429 and `Retry-After`, and passes on the others.
 *
 * @param behind URL of the server behind it
 * @param options.refuse how many requests are refused
 */
export async function startRateLimitingProxy(
  behind: string,
  { refuse, retryAfterSeconds }: { refuse: number; retryAfterSeconds: number },
): Promise<RateLimitingProxy> {
  const { origin, pathname } = new URL(behind)
  const counts = { refused: 0, tooEarly: 0, served: 0 }
  /** When each path may be asked for again, in milliseconds. */
  const allowedAtMs = new Map<string, number>()

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/'
    const isAgain = allowedAtMs.has(path)
    // A clock may differ by a few ms from the one that timed the pause.
    if (isAgain && performance.now() < (allowedAtMs.get(path) ?? 0) - 20) counts.tooEarly++
    if (!isAgain && counts.refused < refuse) {
      counts.refused++
      allowedAtMs.set(path, performance.now() + retryAfterSeconds * 1000)
      response
        .writeHead(429, { 'content-type': 'application/json', 'retry-after': String(retryAfterSeconds) })
        .end(JSON.stringify({ detail: 'rate limit exceeded' }))
      return
    }
    counts.served++
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = 'GET' } = request
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
    counts: () => ({ ...counts }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
