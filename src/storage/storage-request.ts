import type { Dispatcher } from 'undici'
import { exchange, exchangeTimeout } from '../http/exchange.ts'
import { storageAnswerError, storageTimeout, storageUnreachable } from './storage-error.ts'

/** One HTTP request to the storage. */
export type StorageRequest = {
  method: 'GET' | 'POST' | 'DELETE'
  /** `http(s)://host[:port]`, without a path. */
  origin: string
  path: string
  headers?: Record<string, string>
  body?: Buffer | string
  /** Removed from the answer's text before it gets into an error. */
  secrets?: readonly string[] | undefined
  /** What the request does, for messages: `upload "a/b" to bucket c`. */
  action: string
  signal?: AbortSignal | undefined
  /** Time limit of the whole request, in ms. */
  timeoutMs: number
}

/** A complete answer with status 2xx. */
export type StorageAnswer = { headers: Record<string, string | string[] | undefined>; body: Buffer }

/**
 * Makes one request, without retries, within one deadline for connecting, headers and body. An abort or the deadline cuts
 * the connection, so that nothing continues in the background.
 *
 * @throws LoadTestError STORAGE_UNREACHABLE, STORAGE_REFUSED, STORAGE_FAILED; the signal's reason
 */
export async function storageRequest(
  dispatcher: Dispatcher,
  request: StorageRequest,
): Promise<StorageAnswer> {
  const { method, origin, path, headers = {}, body, secrets = [], action, signal, timeoutMs } = request
  const answer = await exchange(dispatcher, {
    method,
    origin,
    path,
    headers,
    body,
    timeoutMs,
    signal,
  }).catch((error: unknown) => {
    if (signal?.aborted) throw signal.reason
    throw isTimeout(error)
      ? storageTimeout(action, origin, timeoutMs)
      : storageUnreachable(action, origin, error)
  })
  if (answer.status >= 200 && answer.status < 300) return answer
  const said = answer.body.toString('utf8', 0, 4096)
  const shown = secrets.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), said)
  throw storageAnswerError(action, { ...answer, body: shown })
}

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === exchangeTimeout
