import { createGunzip, createInflate } from 'node:zlib'
import { type Dispatcher, request } from 'undici'
import { connectionErrorText, refusalOfUrl, streamErrorText } from './python-request-errors.ts'

/** A GET that never got an answer; the message is that of Python's `requests`. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
}

/** An answer whose body is still to be read: iterate it, or call `discard`. */
export type HttpAnswer = {
  status: number
  reason: string
  headers: Dispatcher.ResponseData['headers']
  /** The decoded body. @throws {RequestError} when it breaks off */
  body: AsyncIterable<Uint8Array>
  discard(): Promise<void>
}

/** Fetches a URL. */
export type HttpGet = (url: string, accept: string) => Promise<HttpAnswer>

const maxRedirects = 30
/** For the connection, for the head, and between two pieces of the body. */
export const httpTimeoutMs = 10_000
const redirectStatuses = new Set([301, 302, 303, 307, 308])

/**
 * Makes the client with which grants and files are fetched: as the original's, it follows up to 30 redirects, decodes
 * gzip and deflate, and gives up after 10 s without a byte.
 *
 * @example const answer = await createHttpGet({ dispatcher, signal })('http://127.0.0.1:4443/grant', 'application/json')
 */
export function createHttpGet(options: { dispatcher: Dispatcher; signal: AbortSignal }): HttpGet {
  const { dispatcher, signal } = options
  return async (url, accept) => {
    let target = url
    for (let redirects = 0; ; redirects++) {
      const refusal = refusalOfUrl(target)
      if (refusal !== undefined) throw new RequestError(refusal)
      const answer = await request(target, {
        dispatcher,
        signal,
        method: 'GET',
        headers: {
          'user-agent': 'Vana-Personal-Server/1.0',
          accept,
          'accept-encoding': 'gzip, deflate',
        },
        headersTimeout: httpTimeoutMs,
        bodyTimeout: httpTimeoutMs,
      }).catch((cause: unknown) => {
        signal.throwIfAborted()
        throw new RequestError(connectionErrorText(target, cause), { cause })
      })
      const location = headerText(answer.headers.location)
      if (!redirectStatuses.has(answer.statusCode) || location === undefined) return toAnswer(answer, signal)
      await answer.body.dump()
      if (redirects === maxRedirects) throw new RequestError(`Exceeded ${maxRedirects} redirects.`)
      target = URL.canParse(location, target) ? new URL(location, target).href : location
    }
  }
}

function toAnswer(answer: Dispatcher.ResponseData, signal: AbortSignal): HttpAnswer {
  return {
    status: answer.statusCode,
    reason: answer.statusText,
    headers: answer.headers,
    body: decoded(answer, signal),
    discard: () => answer.body.dump(),
  }
}

async function* decoded(answer: Dispatcher.ResponseData, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const encoding = headerText(answer.headers['content-encoding'])?.toLowerCase()
  const decoder = encoding === 'gzip' ? createGunzip() : encoding === 'deflate' ? createInflate() : undefined
  try {
    if (decoder === undefined) {
      yield* answer.body
      return
    }
    answer.body.on('error', (error) => decoder.destroy(error))
    yield* answer.body.pipe(decoder)
  } catch (cause) {
    signal.throwIfAborted()
    throw new RequestError(streamErrorText(encoding, cause), { cause })
  } finally {
    decoder?.destroy()
    answer.body.destroy()
  }
}

/** The first value of a header. */
export function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
