import type { Dispatcher } from 'undici'

/** An HTTP request, with one deadline for connection, headers and body. */
export type ExchangeRequest = {
  method: 'GET' | 'POST' | 'DELETE'
  /** `http(s)://host[:port]`, for a dispatcher that serves several. @default the dispatcher's own */
  origin?: string | undefined
  path: string
  headers: Record<string, string>
  body?: string | Buffer | undefined
  timeoutMs: number
  /** Longest body to read, in bytes. @default 64 MiB */
  maxBodyBytes?: number | undefined
  signal?: AbortSignal | undefined
}

/** A complete HTTP response. */
export type ExchangeAnswer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** `code` of the error when an {@link exchange} times out. */
export const exchangeTimeout = 'EXCHANGE_TIMEOUT'
/** `code` of the error when the body of an {@link exchange} is too long. */
export const exchangeTooLong = 'EXCHANGE_TOO_LONG'

/**
 * Makes an HTTP request and reads the whole response.
 *
 * Uses undici's `dispatch`, the layer below `request`. Without a stream and an abort controller per request, a small request
 * costs half the CPU time, and a load generator makes many. One timer covers everything, so a body that never ends cannot
 * block the caller, and the size limit protects its memory.
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
      // A request that still waits for a connection is cancelled when it gets one.
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
