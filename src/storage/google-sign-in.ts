import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { Dispatcher } from 'undici'
import { z } from 'zod'
import { parseAnswer } from './parse-answer.ts'
import type { ServiceAccount, Signer } from './service-account.ts'
import { storageRequest } from './storage-request.ts'

/** Credentials of a Google account: an access token, or what it is exchanged for. */
export type GoogleCredentials =
  | { accessToken: string }
  | { refreshToken: string; clientId: string; clientSecret: string }
  | { serviceAccount: ServiceAccount }

/** An access token and its remaining lifetime in ms. */
export type GrantedToken = { token: string; lifetimeMs: number }

/** Access to files, also in a folder that another application created. */
const scope = 'https://www.googleapis.com/auth/drive'
const grantedSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
const signAsync = promisify(sign) as (algorithm: string, data: Buffer, key: Signer['key']) => Promise<Buffer>

/**
 * Exchanges a refresh token, or a service account's signed assertion, for an access token.
 *
 * @param service its `tokenUrl` is Google's own, or a stand-in's
 * @throws LoadTestError `STORAGE_*`; the signal's reason
 * @see https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
export async function askForToken(
  service: { dispatcher: Dispatcher; tokenUrl: string },
  grant: { refreshToken: string; clientId: string; clientSecret: string } | { signer: Signer },
  call: { signal: AbortSignal; timeoutMs: number; nowMs: number },
): Promise<GrantedToken> {
  const { dispatcher, tokenUrl } = service
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

/** Signs an assertion (a JWT) with the account's key, valid for the hour that Google allows. */
async function signAssertion({ clientEmail, key }: Signer, audience: string, nowMs: number): Promise<string> {
  const issuedAt = Math.floor(nowMs / 1000)
  const claims = { iss: clientEmail, scope, aud: audience, iat: issuedAt, exp: issuedAt + 3600 }
  const text = [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = await signAsync('sha256', Buffer.from(text), key)
  return `${text}.${signature.toString('base64url')}`
}
