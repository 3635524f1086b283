import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { ApiError } from './api-error.ts'

/** Routes that show nothing worth guarding. */
const openRoutes = new Set<string | undefined>(['/health', '/docs', '/docs/openapi.json'])

/**
 * Demands `Authorization: Bearer <token>` on every route but health and documentation.
 *
 * @example requireBearerToken(server, token)
 */
export function requireBearerToken(server: FastifyInstance, token: string): void {
  const expected = digest(token)
  server.addHook('onRequest', async ({ headers, routeOptions }) => {
    if (openRoutes.has(routeOptions.url)) return
    // Compared as digests: of equal length, and in constant time.
    const [, given = ''] = /^bearer +(.+)$/i.exec(headers.authorization ?? '') ?? []
    if (timingSafeEqual(digest(given), expected)) return
    throw new ApiError('UNAUTHORIZED', 'Send the bearer token of this server.')
  })
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
