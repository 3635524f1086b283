import { type KeyObject, randomBytes, verify } from 'node:crypto'
import { z } from 'zod'
import { refusal } from './drive-errors.ts'

/** An OAuth client and the refresh token that a person gave it. */
export type RefreshGrant = { clientId: string; clientSecret: string; refreshToken: string }

/** What an access token can be had for. */
export type TokenSources = {
  /** Access tokens that never expire. */
  accessTokens: readonly string[]
  refreshGrants: readonly RefreshGrant[]
  /** Public keys by e-mail address. */
  accounts: ReadonlyMap<string, KeyObject>
}

const lifetimeMs = 3_600_000
const driveScope = 'https://www.googleapis.com/auth/drive'
const claimsSchema = z.object({
  iss: z.string(),
  scope: z.string(),
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
})

/**
 * The access tokens of one account, issued for refresh tokens and for signed assertions of service accounts.
 *
 * @see https://developers.google.com/identity/protocols/oauth2
 */
export class Tokens {
  readonly #sources: TokenSources
  readonly #now: () => Date
  readonly #issued = new Map<string, number>()

  constructor(sources: TokenSources, now: () => Date) {
    this.#sources = sources
    this.#now = now
  }

  /** Answers a sign-in with a new access token. Throws 400 or 401 with OAuth's codes. */
  grant(form: URLSearchParams) {
    const type = form.get('grant_type')
    if (type === 'refresh_token') this.#checkRefresh(form)
    else if (type === 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      this.#checkAssertion(form.get('assertion') ?? '')
    else throw refusal(400, 'unsupported_grant_type', `Invalid grant_type: ${type ?? ''}`)
    return this.#issue()
  }

  /** Whether an access token is valid. */
  accepts(token: string): boolean {
    const endsMs = this.#issued.get(token) ?? 0
    return this.#sources.accessTokens.includes(token) || endsMs > this.#now().getTime()
  }

  #issue() {
    const nowMs = this.#now().getTime()
    for (const [token, endsMs] of this.#issued) if (endsMs <= nowMs) this.#issued.delete(token)
    const token = `testbed-${randomBytes(24).toString('base64url')}`
    this.#issued.set(token, nowMs + lifetimeMs)
    return { access_token: token, expires_in: lifetimeMs / 1000, token_type: 'Bearer', scope: driveScope }
  }

  #checkRefresh(form: URLSearchParams): void {
    const client = this.#sources.refreshGrants.filter(
      ({ clientId, clientSecret }) =>
        clientId === form.get('client_id') && clientSecret === form.get('client_secret'),
    )
    if (client.length === 0) throw refusal(401, 'invalid_client', 'The OAuth client was not found.')
    if (client.some(({ refreshToken }) => refreshToken === form.get('refresh_token'))) return
    throw refusal(400, 'invalid_grant', 'Token has been expired or revoked.')
  }

  #checkAssertion(assertion: string): void {
    const [head = '', body = '', signature = ''] = assertion.split('.')
    const claims = claimsSchema.safeParse(parsed(body)).data
    const key = this.#sources.accounts.get(claims?.iss ?? '')
    if (claims === undefined || key === undefined) {
      throw refusal(400, 'invalid_grant', 'Invalid grant: account not found')
    }
    if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) {
      throw refusal(400, 'invalid_grant', 'Invalid JWT Signature.')
    }
    const seconds = this.#now().getTime() / 1000
    const isCurrent = claims.iat <= seconds + 300 && claims.exp > seconds && claims.exp - claims.iat <= 3600
    if (!isCurrent || !claims.aud.endsWith('/token')) {
      throw refusal(400, 'invalid_grant', 'Invalid JWT: Token must be a short-lived token for this service.')
    }
    if (!claims.scope.split(' ').includes(driveScope)) {
      throw refusal(400, 'invalid_scope', 'Invalid OAuth scope or ID token audience provided.')
    }
  }
}

function parsed(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
