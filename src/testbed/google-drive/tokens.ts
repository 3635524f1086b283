import { type KeyObject, randomBytes, verify } from 'node:crypto'
import { z } from 'zod'
import { refusal } from './drive-error.ts'

/** An OAuth client and the refresh token that a person gave it. */
export type RefreshGrant = { clientId: string; clientSecret: string; refreshToken: string }

/** What opens the account. */
export type TokenSources = {
  /** Access tokens that never end. */
  accessTokens: readonly string[]
  refreshGrants: readonly RefreshGrant[]
  /** Public keys by e-mail address. */
  accounts: ReadonlyMap<string, KeyObject>
}

/** The access tokens of one account. */
export type Tokens = {
  /** Answers a request of the sign-in with a new access token. Throws 400 or 401 in OAuth's words. */
  grant(form: URLSearchParams): {
    access_token: string
    expires_in: number
    token_type: 'Bearer'
    scope: string
  }
  /** Whether an access token holds. */
  holds(token: string): boolean
}

const driveScope = 'https://www.googleapis.com/auth/drive'
const claimsSchema = z.object({
  iss: z.string(),
  scope: z.string(),
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
})

/**
 * Gives out access tokens for refresh tokens and for the signed statements of service accounts.
 *
 * @see https://developers.google.com/identity/protocols/oauth2
 */
export function createTokens(sources: TokenSources, lifetimeMs: number, now: () => Date): Tokens {
  const issued = new Map<string, number>()

  function issue() {
    const nowMs = now().getTime()
    for (const [token, endsMs] of issued) if (endsMs <= nowMs) issued.delete(token)
    const token = `testbed-${randomBytes(24).toString('base64url')}`
    issued.set(token, nowMs + lifetimeMs)
    return {
      access_token: token,
      expires_in: Math.floor(lifetimeMs / 1000),
      token_type: 'Bearer',
      scope: driveScope,
    } as const
  }

  function checkRefresh(form: URLSearchParams): void {
    const client = sources.refreshGrants.filter(
      ({ clientId, clientSecret }) =>
        clientId === form.get('client_id') && clientSecret === form.get('client_secret'),
    )
    if (client.length === 0) throw refusal(401, 'invalid_client', 'The OAuth client was not found.')
    if (client.some(({ refreshToken }) => refreshToken === form.get('refresh_token'))) return
    throw refusal(400, 'invalid_grant', 'Token has been expired or revoked.')
  }

  function checkAssertion(assertion: string): void {
    const [head = '', body = '', signature = ''] = assertion.split('.')
    const claims = claimsSchema.safeParse(parsed(body)).data
    const key = sources.accounts.get(claims?.iss ?? '')
    if (claims === undefined || key === undefined) {
      throw refusal(400, 'invalid_grant', 'Invalid grant: account not found')
    }
    if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) {
      throw refusal(400, 'invalid_grant', 'Invalid JWT Signature.')
    }
    const seconds = now().getTime() / 1000
    const isCurrent = claims.iat <= seconds + 300 && claims.exp > seconds && claims.exp - claims.iat <= 3600
    if (!isCurrent || !claims.aud.endsWith('/token')) {
      throw refusal(400, 'invalid_grant', 'Invalid JWT: Token must be a short-lived token for this service.')
    }
    if (!claims.scope.split(' ').includes(driveScope)) {
      throw refusal(400, 'invalid_scope', 'Invalid OAuth scope or ID token audience provided.')
    }
  }

  return {
    grant(form) {
      const type = form.get('grant_type')
      if (type === 'refresh_token') checkRefresh(form)
      else if (type === 'urn:ietf:params:oauth:grant-type:jwt-bearer')
        checkAssertion(form.get('assertion') ?? '')
      else throw refusal(400, 'unsupported_grant_type', `Invalid grant_type: ${type ?? ''}`)
      return issue()
    },
    holds: (token) => sources.accessTokens.includes(token) || (issued.get(token) ?? 0) > now().getTime(),
  }
}

function parsed(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
