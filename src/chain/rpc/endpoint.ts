import { Pool } from 'undici'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { type ExchangeAnswer, exchange, exchangeTimeout, exchangeTooLong } from '../../http/exchange.ts'
import { createHttpAgent, proxiesIn, staysHere } from '../../http/outbound.ts'
import { parseRetryAfter } from '../../http/retry-after.ts'
import { endpointLabel } from '../../redaction/endpoint-label.ts'
import { isRpcAnswer, notANode } from './rpc-answer.ts'
import { askedPauseMs } from './rpc-refusals.ts'

/** One JSON-RPC node over HTTP, see {@link createEndpoint}. */
export type Endpoint = {
  /** Its URL without keys. */
  readonly label: string
  /**
   * Posts one JSON document and gives the parsed answer, with the HTTP status that it came under.
   *
   * @throws LoadTestError `CHAIN_UNREACHABLE` (no connection, no answer in time or one without an end, HTTP error), `CHAIN_RATE_LIMITED`
   * (with `details.retryAfterMs` if the node said so); the signal's reason when it aborts first.
   */
  post(
    body: string,
    options: { signal?: AbortSignal | undefined; timeoutMs: number },
  ): Promise<{ answer: unknown; status: number }>
  close(): Promise<void>
}

/**
 * Opens a pool of connections to one node.
 *
 * @param url http or https; a key in path, query or user info is used and never shown.
 * @throws LoadTestError `CONFIG_INVALID` if it is not such a URL.
 * @example const endpoint = createEndpoint('http://127.0.0.1:8545', { connections: 32 })
 */
export function createEndpoint(url: string, { connections }: { connections: number }): Endpoint {
  const label = endpointLabel(url)
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new LoadTestError('CONFIG_INVALID', `An RPC endpoint must be an http or https URL, found ${label}.`)
  }
  const { origin, pathname, search, username, password } = new URL(url)
  const path = `${pathname}${search}`
  const headers: Record<string, string> = { 'content-type': 'application/json', accept: 'application/json' }
  if (username !== '' || password !== '') {
    const credentials = `${decode(username)}:${decode(password)}`
    headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  }
  // One origin needs no agent that looks for its pool; behind a proxy there are two.
  const proxies = staysHere(origin) ? [] : proxiesIn()
  const connecting = { connections, pipelining: 1, connectTimeout: 5_000 }
  const pool = proxies.length === 0 ? new Pool(origin, connecting) : createHttpAgent(connecting)
  const proxyNote = proxies.length === 0 ? '' : ` (a proxy is set by ${proxies.join(', ')})`

  async function send(
    body: string,
    { signal, timeoutMs }: { signal?: AbortSignal | undefined; timeoutMs: number },
  ): Promise<ExchangeAnswer> {
    try {
      return await exchange(pool, { method: 'POST', origin, path, headers, body, timeoutMs, signal })
    } catch (cause) {
      if (signal?.aborted) throw signal.reason
      const isOurs = [exchangeTimeout, exchangeTooLong].includes(codeOf(cause))
      const why = isOurs && cause instanceof Error ? cause.message : codeOf(cause)
      throw new LoadTestError('CHAIN_UNREACHABLE', `${label} does not answer: ${why}${proxyNote}`, {
        cause,
        details: { endpoint: label, network: codeOf(cause) },
      })
    }
  }

  return {
    label,
    async post(body, options) {
      const { status, headers: answerHeaders, body: answered } = await send(body, options)
      const retryAfter = answerHeaders['retry-after']
      const answer = parseJson(answered.toString())
      if (status === 429 || (status === 503 && retryAfter !== undefined)) {
        throw new LoadTestError('CHAIN_RATE_LIMITED', `${label} answered HTTP ${status}.`, {
          details: { endpoint: label, status, retryAfterMs: parseRetryAfter(retryAfter) ?? pauseIn(answer) },
        })
      }
      // Some gateways send a well-formed JSON-RPC error under an HTTP error status: the former says more.
      if (!isRpcAnswer(answer)) {
        throw new LoadTestError('CHAIN_UNREACHABLE', `${label} answered HTTP ${status} and no JSON-RPC.`, {
          hint: status < 500 ? notANode : undefined,
          details: { endpoint: label, status },
        })
      }
      return { answer, status }
    },
    async close() {
      await pool.destroy()
    },
  }
}

/** The pause that the error of an answer asks for, in milliseconds. */
function pauseIn(answer: unknown): number | undefined {
  const { message, data } =
    (answer as { error?: { message?: unknown; data?: unknown } } | undefined)?.error ?? {}
  return askedPauseMs(String(message ?? ''), data)
}

/** A `%` that begins no escape means itself, as everywhere else in a URL. */
function decode(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped)
    } catch {
      return escaped
    }
  })
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
