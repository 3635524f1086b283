import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { Dispatcher } from 'undici'
import { z } from 'zod'
import { parseAnswer } from './parse-answer.ts'
import type { ServiceAccount, Signer } from './service-account.ts'
import { storageRequest } from './storage-request.ts'

/** What a Google account signs in with: a token as it is, or what tokens can be had for. */
export type GoogleCredentials =
  | { accessToken: string }
  | { refreshToken: string; clientId: string; clientSecret: string }
  | { serviceAccount: ServiceAccount }

/** An access token, and how long it holds from now on, in ms. */
export type GrantedToken = { token: string; lifetimeMs: number }

/** What a load test does with files, also in a folder that somebody else made. */
const scope = 'https://www.googleapis.com/auth/drive'
const grantedSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
const signAsync = promisify(sign) as (algorithm: string, data: Buffer, key: Signer['key']) => Promise<Buffer>

/**
 * Exchanges a refresh token, or the signature of a service account, for an access token.
 *
 * @param tokenUrl Google's own, or a stand-in's
 * @throws LoadTestError `STORAGE_*`; the signal's reason
 * @see https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
export async function askForToken(
  dispatcher: Dispatcher,
  tokenUrl: string,
  grant: { refreshToken: string; clientId: string; clientSecret: string } | { signer: Signer },
  call: { signal: AbortSignal; timeoutMs: number; nowMs: number },
): Promise<GrantedToken> {
  const action = 'sign in to Google'
  const fields =
    'signer' in grant
      ? {
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          assertion: await signAssertion(grant.signer, tokenUrl, call.nowMs),
        }
      : {
          grant_type: 'refresh_token',
          refresh_token: grant.refreshToken,
          client_id: grant.clientId,
          client_secret: grant.clientSecret,
        }
  const { origin, pathname } = new URL(tokenUrl)
  const { body } = await storageRequest(dispatcher, {
    method: 'POST',
    origin,
    path: pathname,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: String(new URLSearchParams(fields)),
    secrets: 'signer' in grant ? [fields.assertion ?? ''] : [grant.refreshToken, grant.clientSecret],
    action,
    signal: call.signal,
    timeoutMs: call.timeoutMs,
  })
  const { access_token: token, expires_in: seconds } = parseAnswer(grantedSchema, body, action)
  return { token, lifetimeMs: seconds * 1000 }
}

/** A statement of the account's own, signed with its key, that Google takes for an hour at most. */
async function signAssertion({ clientEmail, key }: Signer, audience: string, nowMs: number): Promise<string> {
  const issuedAt = Math.floor(nowMs / 1000)
  const claims = { iss: clientEmail, scope, aud: audience, iat: issuedAt, exp: issuedAt + 3600 }
  const text = [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = await signAsync('sha256', Buffer.from(text), key)
  return `${text}.${signature.toString('base64url')}`
}
