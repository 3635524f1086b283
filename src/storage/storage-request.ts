import type { Dispatcher } from 'undici'
import { linkedSignal } from '../async/linked-signal.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { storageAnswerError, storageTimeout, storageUnreachable } from './storage-error.ts'

/** One HTTP request to the storage. */
export type StorageRequest = {
  method: 'GET' | 'POST'
  /** `http(s)://host[:port]`, without a path. */
  origin: string
  path: string
  headers?: Record<string, string>
  body?: Buffer
  /** What is attempted, for messages: `upload "a/b" to bucket c`. */
  action: string
  signal?: AbortSignal | undefined
  /** For the whole call, in ms. */
  timeoutMs: number
}

/** A complete answer with status 2xx. */
export type StorageAnswer = { headers: Record<string, string | string[] | undefined>; body: Buffer }

/** For calls without a signal. */
const never = new AbortController().signal

/**
 * Makes one request, once, within one deadline over connecting, headers and body. Both an abort and the deadline cut
 * the connection, so nothing goes on behind the caller's back.
 *
 * @throws LoadTestError STORAGE_UNREACHABLE, STORAGE_REFUSED, STORAGE_FAILED; the signal's reason
 */
export async function storageRequest(
  dispatcher: Dispatcher,
  request: StorageRequest,
): Promise<StorageAnswer> {
  const { method, origin, path, headers = {}, body = null, action, signal = never, timeoutMs } = request
  const limit = linkedSignal(signal, timeoutMs, () => storageTimeout(action, origin, timeoutMs))
  try {
    const answer = await dispatcher.request({ method, origin, path, headers, body, signal: limit.signal })
    const received = Buffer.from(await answer.body.arrayBuffer())
    const { statusCode: status } = answer
    if (status >= 200 && status < 300) return { headers: answer.headers, body: received }
    throw storageAnswerError(action, status, answer.headers, received.toString('utf8', 0, 4096))
  } catch (error) {
    if (limit.signal.aborted) throw limit.signal.reason
    throw error instanceof LoadTestError ? error : storageUnreachable(action, origin, error)
  } finally {
    limit.dispose()
  }
}
