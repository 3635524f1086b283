import type { FastifyInstance } from 'fastify'
import { hostNameOf, isLoopback } from '../http/host-name.ts'
import { ApiError } from './api-error.ts'

/**
 * Answers only requests that call the server by a name of this machine, both in `Host` and in an absolute request target.
 *
 * For a server without a token: a web page can point a name of its own at this address, and the browser would treat this
 * server as part of that page's site. The name that the request uses reveals it.
 */
export function requireLoopbackName(server: FastifyInstance): void {
  server.addHook('onRequest', async ({ headers, raw }) => {
    const target = authorityOf(raw.url ?? '')
    const isCalledRight =
      isNameOfThisMachine(headers.host) && (target === null || isNameOfThisMachine(target))
    if (isCalledRight) return
    throw new ApiError('HOST_NOT_ALLOWED', 'Without a bearer token this server answers to localhost only.')
  })
}

function isNameOfThisMachine(authority: string | undefined): boolean {
  const name = hostNameOf(authority)
  return isLoopback(name) || name.endsWith('.localhost')
}

/** Returns host and port of an absolute request target (`GET http://host/path HTTP/1.1`), `null` for a path alone. */
function authorityOf(target: string): string | null {
  if (target.startsWith('/') || target === '*') return null
  return /^https?:\/\/([^/?#]*)/i.exec(target)?.[1] ?? ''
}
