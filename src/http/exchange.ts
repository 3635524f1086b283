import type { Dispatcher } from 'undici'

/** One HTTP request, with one deadline over connecting, headers and body. */
export type ExchangeRequest = {
  method: 'GET' | 'POST' | 'DELETE'
  /** `http(s)://host[:port]`, for a dispatcher that serves several. @default the dispatcher's own */
  origin?: string | undefined
  path: string
  headers: Record<string, string>
  body?: string | Buffer | undefined
  timeoutMs: number
  /** The longest body that is read. @default 64 MiB */
  maxBodyBytes?: number | undefined
  signal?: AbortSignal | undefined
}

/** A whole HTTP answer. */
export type ExchangeAnswer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** `code` of the error that an {@link exchange} rejects with when its time is up. */
export const exchangeTimeout = 'EXCHANGE_TIMEOUT'
/** `code` of the error that an {@link exchange} rejects with when the body does not end where it should. */
export const exchangeTooLong = 'EXCHANGE_TOO_LONG'

/**
 * Makes an HTTP request and reads the whole answer.
 *
 * It stands on undici's `dispatch`, the layer under `request`: without a stream and an abort controller for each of
 * them, a small request costs half the CPU time, and a load generator makes many. One timer covers everything, so that
 * a body that drips for ever does not hold its reader. One that pours for ever does not fill its memory.
 *
 * @throws the signal's reason; an error with code {@link exchangeTimeout} or {@link exchangeTooLong}; undici's and the
 * socket's errors.
 * @example const { status, body } = await exchange(pool, { method: 'GET', path: '/', headers: {}, timeoutMs: 1000 })
 */
export function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<ExchangeAnswer> {
  const { method, origin, path, headers, body = null, timeoutMs, signal } = request
  const { maxBodyBytes = 64 * 2 ** 20 } = request
  if (signal?.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bodyBytes = 0
    let answer: Omit<ExchangeAnswer, 'body'> = { status: 0, headers: {} }
    let started: Dispatcher.DispatchController | undefined
    let gaveUp: Error | undefined

    const settle = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const giveUp = (reason: unknown): void => {
      settle()
      reject(reason)
      gaveUp = reason instanceof Error ? reason : new Error('given up')
      // Before it has started, the request waits for a connection; it is taken back when its turn comes.
      started?.abort(gaveUp)
    }
    const onAbort = (): void => giveUp(signal?.reason)
    const timer = setTimeout(
      () => giveUp(failure(exchangeTimeout, `nothing within ${timeoutMs} ms`)),
      timeoutMs,
    )
    signal?.addEventListener('abort', onAbort, { once: true })

    dispatcher.dispatch(
      { method, path, headers, body, ...(origin && { origin }), headersTimeout: 0, bodyTimeout: 0 },
      {
        onRequestStart(controller) {
          started = controller
          if (gaveUp !== undefined) controller.abort(gaveUp)
        },
        onResponseStart(_, status, answerHeaders) {
          answer = { status, headers: answerHeaders }
        },
        onResponseData(_, chunk) {
          bodyBytes += chunk.length
          if (bodyBytes <= maxBodyBytes) chunks.push(chunk)
          else giveUp(failure(exchangeTooLong, `more than ${maxBodyBytes} bytes`))
        },
        onResponseEnd() {
          settle()
          resolve({ ...answer, body: Buffer.concat(chunks) })
        },
        onResponseError(_, error) {
          settle()
          reject(error)
        },
      },
    )
  })
}

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code })
