import type { Bucket, Storage } from '@google-cloud/storage'
import { linkedSignal } from '../async/linked-signal.ts'
import { raceAbort } from '../async/race-abort.ts'
import { exemptLoopback } from '../http/outbound.ts'
import type { ServiceAccount } from './service-account.ts'
import { storageTimeout, toSignInError, toStorageError } from './storage-error.ts'

/** How to run one call of the official client. */
export type OfficialCall = {
  /** What is attempted, for messages. */
  action: string
  signal?: AbortSignal | undefined
  /** In ms. */
  timeoutMs: number
}

/** The official client, for what a load test does rarely: sign-in, lists, deletions, checks. */
export type OfficialClient = {
  /**
   * Runs one operation on the bucket. The client cannot be interrupted: after an abort or a time-out its request runs
   * out unobserved, and the caller goes on at once.
   *
   * @throws LoadTestError `STORAGE_*`; the signal's reason
   */
  onBucket<T>(call: OfficialCall, operation: (bucket: Bucket) => Promise<T>): Promise<T>
  /** Headers that authenticate a request; fetched once and refreshed by the client when they run out. Throws likewise. */
  authorization(call: OfficialCall): Promise<Record<string, string>>
}

type Interceptor = Storage['interceptors'][number]

/** For calls without a signal. */
const never = new AbortController().signal

/**
 * Creates the official client when it is first needed, because importing it costs 0.3 s and 40 MB. It never retries:
 * whoever generates load must know how many requests it sends.
 *
 * @param options without credentials, the machine's own are used (application default credentials)
 */
export function createOfficialClient(options: {
  bucket: string
  endpoint: string
  apiEndpoint: string | undefined
  /** Sent to `apiEndpoint`, to which the client sends no credentials of its own. */
  accessToken?: string | undefined
  credentials: ServiceAccount | undefined
}): OfficialClient {
  const { bucket, endpoint, apiEndpoint, accessToken, credentials } = options
  let loaded: Promise<Storage> | undefined

  async function load(): Promise<Storage> {
    // It takes proxies from the environment by itself, also for this machine.
    exemptLoopback()
    const { Storage } = await import('@google-cloud/storage')
    const storage = new Storage({
      ...(apiEndpoint !== undefined && { apiEndpoint }),
      ...(credentials !== undefined && { credentials }),
      retryOptions: { autoRetry: false, maxRetries: 0 },
    })
    if (accessToken !== undefined && apiEndpoint !== undefined) {
      const authorization = `Bearer ${accessToken}`
      // Its own credentials go nowhere but to Google.
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
