import type { Emulator, Exchange } from './exchange.ts'
import { anonymousDenied, invalidCredentials, loginRequired } from './service-error.ts'
import { findSignedUrlFault, isSignedQuery } from './signed-url.ts'

/**
 * Lets a request to an object's URL through if it is rightly signed, carries a bearer token, or reads what is public. A
 * wrong signature or token is refused even where none is needed.
 *
 * @throws 401 for a wrong token, 403, and 400 for a malformed or expired signature
 */
export function authorize(
  emulator: Emulator,
  exchange: Exchange,
  permission: string,
  { isPublic = false } = {},
): void {
  const { method, rawPath, rawQuery, query, request } = exchange
  if (isSignedQuery(query)) {
    const fault = findSignedUrlFault(
      { method, rawPath, rawQuery, headers: request.headers },
      { accounts: emulator.accounts, now: emulator.now() },
    )
    if (fault !== undefined) throw fault
    return
  }
  if (!hasToken(emulator, exchange) && !isPublic) throw anonymousDenied(permission)
}

/**
 * Lets a request to the JSON API through if it carries a bearer token or reads what is public, or if the emulator asks for
 * nothing.
 *
 * @throws 401
 */
export function authorizeJson(
  emulator: Emulator,
  exchange: Exchange,
  permission: string,
  { isPublic = false } = {},
): void {
  if (emulator.accessTokens === undefined) return
  if (!hasToken(emulator, exchange) && !isPublic) throw loginRequired(permission)
}

/** Whether a request has an access token that holds. @throws 401 for one that doesn't */
export function hasToken({ accessTokens }: Emulator, { request }: Exchange): boolean {
  const { authorization } = request.headers
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
  if (accessTokens === undefined) return token !== undefined
  if (authorization === undefined) return false
  if (token !== undefined && accessTokens.has(token)) return true
  throw invalidCredentials()
}
