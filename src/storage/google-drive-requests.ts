import type { Dispatcher } from 'undici'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createAccessTokens } from './access-token.ts'
import { askForToken, type GoogleCredentials, type GrantedToken } from './google-sign-in.ts'
import { bearerHeader } from './secret-header.ts'
import { createSigner } from './service-account.ts'
import { type StorageAnswer, type StorageRequest, storageRequest } from './storage-request.ts'

const driveEndpoint = 'https://www.googleapis.com'
const googleTokenUrl = 'https://oauth2.googleapis.com/token'

/** Requests to Drive with the access token of an account. */
export type DriveRequests = {
  /**
   * Makes one request, without retries.
   *
   * @throws LoadTestError `STORAGE_*`; the signal's reason. No error has a token.
   */
  ask(request: Omit<StorageRequest, 'origin' | 'secrets'>): Promise<StorageAnswer>
  /** Cancels a sign-in in flight. */
  close(): void
}

/**
 * Opens Drive for an account. It signs in for the first request, and again before its access token expires.
 *
 * @throws LoadTestError CONFIG_INVALID
 */
export function openDrive(
  dispatcher: Dispatcher,
  options: { credentials: GoogleCredentials; apiEndpoint: string | undefined; timeoutMs: number },
): DriveRequests {
  const { credentials, apiEndpoint, timeoutMs } = options
  const origin = (apiEndpoint ?? driveEndpoint).replace(/\/+$/, '')
  const tokenUrl = apiEndpoint === undefined ? googleTokenUrl : `${origin}/token`
  const tokens = createAccessTokens(
    tokenGiver(credentials, (grant, signal) =>
      askForToken({ dispatcher, tokenUrl }, grant, { signal, timeoutMs, nowMs: Date.now() }),
    ),
  )
  return {
    async ask({ headers, ...request }) {
      const token = await tokens.get(request.signal)
      const authorization = bearerHeader(token, 'The access token for Google Drive')
      try {
        return await storageRequest(dispatcher, {
          ...request,
          origin,
          headers: { ...headers, ...authorization },
          secrets: [token],
        })
      } catch (error) {
        if (error instanceof LoadTestError && error.details.status === 401) {
          tokens.forget(token)
          throw rejectedToken(error, 'accessToken' in credentials)
        }
        throw error
      }
    },
    close: tokens.close,
  }
}

type Grant = Parameters<typeof askForToken>[1]

function tokenGiver(
  credentials: GoogleCredentials,
  exchange: (grant: Grant, signal: AbortSignal) => Promise<GrantedToken>,
): (signal: AbortSignal) => Promise<GrantedToken> {
  if ('accessToken' in credentials) {
    const { accessToken: token } = credentials
    bearerHeader(token, 'The access token for Google Drive')
    return async () => ({ token, lifetimeMs: Number.POSITIVE_INFINITY })
  }
  const grant =
    'serviceAccount' in credentials ? { signer: createSigner(credentials.serviceAccount) } : credentials
  return (signal) => exchange(grant, signal)
}

/** An expired token: retriable if the next call can get another one. */
function rejectedToken({ code, message, details }: LoadTestError, isFixed: boolean): LoadTestError {
  if (!isFixed) return new LoadTestError('STORAGE_FAILED', message, { details })
  const hint =
    'Access tokens of Google expire after an hour. Use a refresh token or a service account, which renew them.'
  return new LoadTestError(code, message, { details, hint })
}
