import type { Exchange } from '../emulator/exchange.ts'
import type { Emulator } from './emulator.ts'
import { checkSignedUrl, isSignedQuery } from './signed-url.ts'
import { anonymousDenied, invalidCredentials, loginRequired } from './storage-errors.ts'

/** What a request does, and whether anyone may do it. */
export type Access = { permission: string; isPublic: boolean }

/**
 * Admits a request to an object URL that is validly signed, has a bearer token, or reads a public object. A wrong
 * signature or token is refused even for a public object.
 *
 * @throws 401 for a wrong token, 403, and 400 for a malformed or expired signature
 */
export function authorizeUrl(emulator: Emulator, exchange: Exchange, { permission, isPublic }: Access): void {
  const { method, rawPath, rawQuery, query, request } = exchange
  if (isSignedQuery(query)) {
    const { accounts, now } = emulator
    checkSignedUrl({ method, rawPath, rawQuery, headers: request.headers }, { accounts, now: now() })
    return
  }
  if (!hasToken(emulator, exchange) && !isPublic) throw anonymousDenied(permission)
}

/**
 * Admits a request to the JSON API that has a bearer token or reads a public bucket. Without a list of accepted tokens,
 * every request is admitted.
 *
 * @throws 401
 */
export function authorizeApi(emulator: Emulator, exchange: Exchange, { permission, isPublic }: Access): void {
  if (emulator.accessTokens === undefined) return
  if (!hasToken(emulator, exchange) && !isPublic) throw loginRequired(permission)
}

/** Whether a request has an accepted access token. @throws 401 for any other credentials */
export function hasToken({ accessTokens }: Emulator, { request }: Exchange): boolean {
  const { authorization } = request.headers
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
  if (accessTokens === undefined) return token !== undefined
  if (authorization === undefined) return false
  if (token !== undefined && accessTokens.has(token)) return true
  throw invalidCredentials()
}
