import { pipeline } from 'node:stream'
import { constants, createUnzip } from 'node:zlib'
import { type Dispatcher, request } from 'undici'
import { messageOf } from './errors.ts'

/** A request that got no answer, or whose body broke off. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
}

/** An answer. Iterate its body, or call `discard`. */
export type HttpAnswer = {
  status: number
  /** `Content-Length`, of the body as sent; undefined if it has none. */
  lengthBytes: number | undefined
  /** The decoded body. @throws {RequestError} if it breaks off */
  body: AsyncIterable<Uint8Array>
  discard(): Promise<void>
}

/** Fetches a URL. @throws {RequestError} */
export type HttpGet = (url: string, accept: string) => Promise<HttpAnswer>

const maxRedirects = 30
/** Limit for the connection, for the head of an answer, and between two pieces of its body. */
export const httpTimeoutMs = 10_000
const redirectStatuses = new Set([301, 302, 303, 307, 308])

/**
 * Creates the client that fetches grants and files: it follows up to 30 redirects, decodes gzip and deflate, and gives up
 * after 10 s without a byte.
 *
 * @param options `standIns`: origins to ask instead of hosts, by host name
 * @example const answer = await createHttpGet({ dispatcher, signal })('http://127.0.0.1:4443/grant', 'application/json')
 */
export function createHttpGet(options: {
  dispatcher: Dispatcher
  signal: AbortSignal
  standIns?: ReadonlyMap<string, string> | undefined
  /** @default 10_000 */
  timeoutMs?: number | undefined
}): HttpGet {
  const { dispatcher, signal, standIns, timeoutMs = httpTimeoutMs } = options
  const fetchOnce = async (url: URL, accept: string): Promise<Dispatcher.ResponseData> => {
    const origin = standIns?.get(url.hostname) ?? url.origin
    try {
      return await request(origin + url.pathname + url.search, {
        dispatcher,
        signal,
        headers: { 'user-agent': 'Vana-Personal-Server/1.0', accept, 'accept-encoding': 'gzip, deflate' },
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      })
    } catch (cause) {
      throw requestError(cause, signal)
    }
  }
  return async (url, accept) => {
    let target = parseUrl(url)
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const answer = await fetchOnce(target, accept)
      const location = headerText(answer.headers.location)
      if (!redirectStatuses.has(answer.statusCode) || location === undefined) return toAnswer(answer, signal)
      await answer.body.dump()
      target = parseUrl(location, target.href)
    }
    throw new RequestError(`Exceeded ${maxRedirects} redirects.`)
  }
}

function parseUrl(text: string, base?: string): URL {
  const url = URL.canParse(text, base) ? new URL(text, base) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new RequestError(`'${text}' is not an HTTP URL`)
}

function toAnswer(answer: Dispatcher.ResponseData, signal: AbortSignal): HttpAnswer {
  const length = headerText(answer.headers['content-length'])
  return {
    status: answer.statusCode,
    lengthBytes: length === undefined ? undefined : Number(length),
    body: decoded(answer, signal),
    discard: () => answer.body.dump(),
  }
}

async function* decoded(
  { body, headers }: Dispatcher.ResponseData,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const encoded = /^(?:x-)?gzip$|^deflate$/i.test(headerText(headers['content-encoding']) ?? '')
  try {
    // A failure of either stream ends the iteration, so the callback has nothing to do.
    yield* encoded ? pipeline(body, createUnzip({ finishFlush: constants.Z_SYNC_FLUSH }), () => {}) : body
  } catch (cause) {
    throw requestError(cause, signal)
  } finally {
    body.destroy()
  }
}

function requestError(cause: unknown, signal: AbortSignal): RequestError {
  signal.throwIfAborted()
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return new RequestError(messageOf(cause) || code, { cause })
}

/** The first value of a header. */
const headerText = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value
