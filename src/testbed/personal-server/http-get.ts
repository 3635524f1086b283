import { type Dispatcher, request } from 'undici'
import { decodeContent, type Pieces } from './content-decoding.ts'
import { connectionErrorText, streamErrorText } from './python-request-errors.ts'
import { parseRequestUrl, type RequestUrl, refusalOfUrl } from './python-request-url.ts'

/** A GET that never got an answer; the message is that of Python's `requests`. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
}

/** An answer whose body is still to be read: iterate it, or call `discard`. */
export type HttpAnswer = {
  /** Where the answer came from, after redirects. */
  url: string
  status: number
  reason: string
  headers: Dispatcher.ResponseData['headers']
  /** The decoded body. @throws {RequestError} when it breaks off */
  body: Pieces
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
 * @param standIns origins that are asked in place of hosts
 * @param timeoutMs for the head, and between two pieces of the body; the texts say 10 s all the same
 * @example const answer = await createHttpGet({ dispatcher, signal })('http://127.0.0.1:4443/grant', 'application/json')
 */
export function createHttpGet(options: {
  dispatcher: Dispatcher
  signal: AbortSignal
  standIns?: ReadonlyMap<string, string>
  timeoutMs?: number
}): HttpGet {
  const { dispatcher, signal, standIns = new Map<string, string>(), timeoutMs = httpTimeoutMs } = options
  return async (url, accept) => {
    let target = url
    for (let redirects = 0; ; redirects++) {
      const refusal = refusalOfUrl(target)
      if (refusal !== undefined) throw new RequestError(refusal)
      const from = parseRequestUrl(target)
      const standIn = standIns.get(from.host)
      const answer = await request(standIn === undefined ? target : standIn + from.target, {
        dispatcher,
        signal,
        method: 'GET',
        headers: {
          'user-agent': 'Vana-Personal-Server/1.0',
          accept,
          'accept-encoding': 'gzip, deflate',
        },
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      }).catch((cause: unknown) => {
        signal.throwIfAborted()
        throw new RequestError(connectionErrorText(from, cause), { cause })
      })
      const location = headerText(answer.headers.location)
      if (!redirectStatuses.has(answer.statusCode) || location === undefined)
        return toAnswer(answer, from, signal)
      await answer.body.dump()
      if (redirects === maxRedirects) throw new RequestError(`Exceeded ${maxRedirects} redirects.`)
      target = URL.canParse(location, target) ? new URL(location, target).href : location
    }
  }
}

function toAnswer(answer: Dispatcher.ResponseData, from: RequestUrl, signal: AbortSignal): HttpAnswer {
  return {
    url: from.href,
    status: answer.statusCode,
    reason: answer.statusText,
    headers: answer.headers,
    body: decoded(answer, from, signal),
    discard: () => answer.body.dump(),
  }
}

async function* decoded(
  { body, headers }: Dispatcher.ResponseData,
  from: RequestUrl,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const encoding = headerText(headers['content-encoding'])?.toLowerCase() ?? ''
  const length = headerText(headers['content-length'])
  let readBytes = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of body) {
      readBytes += piece.length
      yield piece
    }
  }
  try {
    yield* decodeContent(counted(), encoding)
  } catch (cause) {
    signal.throwIfAborted()
    const progress = { encoding, readBytes, lengthBytes: length === undefined ? undefined : Number(length) }
    throw new RequestError(streamErrorText(from, progress, cause), { cause })
  } finally {
    body.destroy()
  }
}

/** The first value of a header. */
export function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
