import type { Dispatcher } from 'undici'
import { LoadTestError } from '../errors/load-test-error.ts'
import { type ExchangeAnswer, exchange } from './exchange.ts'
import { neverSent } from './never-sent.ts'
import { parseRetryAfter } from './retry-after.ts'

/** A request for JSON. */
export type JsonRequest = {
  method: 'GET' | 'POST'
  url: string
  body?: unknown | undefined
  headers?: Record<string, string> | undefined
  signal?: AbortSignal | undefined
  /** Timeout of the whole request, in milliseconds. */
  timeoutMs: number
  /** Name of the server in messages: `personal server`, `API server`. */
  service: string
}

/**
 * Requests JSON from a server. Classifies a failure by where and how it happened, never by its text.
 *
 * @returns the parsed body of a 2xx response
 * @throws LoadTestError SERVER_UNREACHABLE, SERVER_RATE_LIMITED (429), SERVER_REFUSED (4xx), SERVER_FAILED (5xx),
 * SERVER_PROTOCOL (not JSON), each with `details.status`, `details.body` and, if the server requested a pause,
 * `details.retryAfterMs`, or with `details.unsent` if no part of the request was sent; the signal's reason
 */
export async function requestJson(dispatcher: Dispatcher, request: JsonRequest): Promise<unknown> {
  const { method, url, body, signal, timeoutMs, service } = request
  const { origin, pathname, search } = new URL(url)
  let answer: ExchangeAnswer
  try {
    answer = await exchange(dispatcher, {
      method,
      origin,
      path: pathname + search,
      headers: { ...(body === undefined ? accept : acceptAndSend), ...request.headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      timeoutMs,
      signal,
    })
  } catch (cause) {
    if (signal?.aborted) throw signal.reason
    throw new LoadTestError(
      'SERVER_UNREACHABLE',
      `The ${service} at ${origin} did not answer: ${causeOf(cause)}`,
      { cause, details: neverSent(cause) ? { unsent: true } : {} },
    )
  }
  const { status } = answer
  const text = answer.body.toString()
  const json = parse(text)
  if (status >= 200 && status < 300) {
    if (json === undefined) {
      throw new LoadTestError('SERVER_PROTOCOL', `The ${service} answered ${status} without JSON.`, {
        details: { status },
      })
    }
    return json
  }
  const retryAfterMs = parseRetryAfter(answer.headers['retry-after'])
  const details = { status, body: json ?? text.slice(0, 500), retryAfterMs }
  const message = `The ${service} answered ${status}: ${summarise(json ?? text)}`
  if (status === 429) throw new LoadTestError('SERVER_RATE_LIMITED', message, { details })
  throw new LoadTestError(status >= 500 ? 'SERVER_FAILED' : 'SERVER_REFUSED', message, { details })
}

const accept = { accept: 'application/json' }
const acceptAndSend = { ...accept, 'content-type': 'application/json' }

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns the most informative line of an error body of any shape. */
function summarise(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return code ?? error.message
}
