import type { Emulator, Exchange } from './exchange.ts'
import { anonymousDenied } from './service-error.ts'
import { findSignedUrlFault, isSignedQuery } from './signed-url.ts'

/**
 * Lets a request to an object's URL through if it is rightly signed, carries a bearer token (any: nobody issues tokens
 * here), or reads what is public. A wrong signature is refused even where none is needed.
 *
 * @throws 403, and 400 for a malformed or expired signature
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
  const hasToken = /^Bearer \S+$/i.test(request.headers.authorization ?? '')
  if (!hasToken && !isPublic) throw anonymousDenied(permission)
}
