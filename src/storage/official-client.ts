import type { Bucket, Storage, StorageOptions } from '@google-cloud/storage'
import { linkedSignal } from '../async/linked-signal.ts'
import { raceAbort } from '../async/race-abort.ts'
import { exemptLoopback } from '../http/outbound.ts'
import type { ServiceAccount } from './service-account.ts'
import { storageTimeout, toSignInError, toStorageError } from './storage-error.ts'

/** One call of the official client. */
export type OfficialCall = {
  /** What the call does, for messages: `list bucket c`. */
  action: string
  signal?: AbortSignal | undefined
  /** In ms. */
  timeoutMs: number
}

/** The official client, for rare operations: sign-in, lists, deletions, checks. */
export type OfficialClient = {
  /**
   * Runs one operation on the bucket. The client cannot be aborted: after an abort or a time-out its request ends
   * unobserved, and the caller continues at once.
   *
   * @throws LoadTestError `STORAGE_*`; the signal's reason
   */
  onBucket<T>(call: OfficialCall, operation: (bucket: Bucket) => Promise<T>): Promise<T>
  /** Returns the headers that authenticate a request; the client fetches and refreshes them. Throws likewise. */
  authorization(call: OfficialCall): Promise<Record<string, string>>
}

type Interceptor = Storage['interceptors'][number]

/** For calls without a signal. */
const never = new AbortController().signal

/**
 * Creates the official client for the first call, because importing it costs 0.3 s and 40 MB. It never retries, because
 * a load generator must know how many requests it sends.
 *
 * @param options without credentials, the client uses the machine's own (application default credentials)
 */
export function createOfficialClient(options: {
  bucket: string
  endpoint: string
  apiEndpoint: string | undefined
  /** Sent to `apiEndpoint`, which gets no other credentials. */
  accessToken?: string | undefined
  credentials: ServiceAccount | undefined
}): OfficialClient {
  const { bucket, endpoint, apiEndpoint, accessToken, credentials } = options
  let loaded: Promise<Storage> | undefined

  async function load(): Promise<Storage> {
    // The client uses proxies from the environment, even for this machine.
    exemptLoopback()
    const { Storage } = await import('@google-cloud/storage')
    const settings: StorageOptions = { retryOptions: { autoRetry: false, maxRetries: 0 } }
    if (apiEndpoint !== undefined) settings.apiEndpoint = apiEndpoint
    if (credentials !== undefined) settings.credentials = credentials
    const storage = new Storage(settings)
    if (accessToken !== undefined && apiEndpoint !== undefined) {
      const authorization = `Bearer ${accessToken}`
      // The client sends its own credentials only to Google.
      storage.interceptors.push({
        request: (asked) =>
          Object.assign(asked, { headers: { ...asked.headers, authorization } }) as ReturnType<
            Interceptor['request']
          >,
      })
    }
    return storage
  }

  async function run<T>(
    call: OfficialCall,
    operation: (storage: Storage) => Promise<T>,
    toError = toStorageError,
  ): Promise<T> {
    const { action, signal = never, timeoutMs } = call
    const limit = linkedSignal(signal, timeoutMs, () => storageTimeout(action, endpoint, timeoutMs))
    try {
      loaded ??= load()
      return await raceAbort(loaded.then(operation), limit.signal)
    } catch (error) {
      if (limit.signal.aborted) throw limit.signal.reason
      throw toError(action, endpoint, error)
    } finally {
      limit.dispose()
    }
  }

  return {
    onBucket: (call, operation) => run(call, (storage) => operation(storage.bucket(bucket))),
    authorization: (call) => run(call, (storage) => storage.authClient.getRequestHeaders(), toSignInError),
  }
}
