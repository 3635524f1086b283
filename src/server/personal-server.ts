import { setMaxListeners } from 'node:events'
import { z } from 'zod'
import { exchange, exchangeTimeout } from '../http/exchange.ts'
import { neverSent } from '../http/never-sent.ts'
import { createHttpAgent } from '../http/outbound.ts'
import { ApiError } from './api-error.ts'

/** What the personal server says about an operation; its status and result are passed on as they are. */
export type Operation = {
  id: string
  status: string
  startedAt: string | null
  finishedAt: string | null
  result: unknown
}

/** The personal server as the API server uses it. */
export type PersonalServer = {
  /** Asks for inference under a permission; the text is what was signed. */
  createOperation(requestJson: string, appSignature: string): Promise<{ id: string; createdAt: string }>
  operation(id: string): Promise<Operation>
  /** The identity document, as the server gives it. */
  identity(address: string): Promise<unknown>
  /** HTTP status of a request that costs the server nothing; `null` if it does not answer. */
  ping(): Promise<number | null>
  close(): Promise<void>
}

/** One request to the personal server. */
type PersonalServerRequest = {
  method: 'GET' | 'POST'
  /** Below the base URL. */
  path: string
  body?: unknown | undefined
  limitMs?: number | undefined
}

const accept = { accept: 'application/json' }
const acceptAndSend = { ...accept, 'content-type': 'application/json' }

const createdSchema = z.object({ id: z.string().min(1), created_at: z.string() })
const operationSchema = z.object({
  id: z.string(),
  status: z.string(),
  started_at: z.string().nullish(),
  finished_at: z.string().nullish(),
  result: z.unknown().optional(),
})

/**
 * Makes a client of the personal server that keeps what its errors say: HTTP status, `error_code`, text and
 * Retry-After, whichever of its four shapes of error it used.
 *
 * All functions throw ApiError.
 *
 * @param url Base URL, ending in `/api/v1`.
 * @param timeoutMs For one request; the original works on operations one at a time, so a queue of them takes long.
 * @example const server = createPersonalServer('http://127.0.0.1:8080/api/v1', 120_000)
 */
export function createPersonalServer(url: string, timeoutMs: number): PersonalServer {
  const { origin, pathname } = new URL(url)
  const base = pathname.replace(/\/+$/, '')
  const pool = createHttpAgent({
    connections: 128,
    connectTimeout: 5_000,
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const closing = new AbortController()
  // Every request in flight listens to it.
  setMaxListeners(0, closing.signal)

  async function send({
    method,
    path,
    body,
    limitMs = timeoutMs,
  }: PersonalServerRequest): Promise<{ status: number; retryAfter: string | undefined; json: unknown }> {
    try {
      const {
        status,
        headers,
        body: answered,
      } = await exchange(pool, {
        method,
        origin,
        path: `${base}${path}`,
        headers: body === undefined ? accept : acceptAndSend,
        body: body === undefined ? undefined : JSON.stringify(body),
        timeoutMs: limitMs,
        signal: closing.signal,
      })
      const retryAfter = headers['retry-after']
      return {
        status,
        retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
        json: parseJson(answered.toString()),
      }
    } catch (cause) {
      const code = codeOf(cause)
      if (code === exchangeTimeout) {
        const message = `The personal server did not answer within ${limitMs} ms.`
        throw new ApiError('PERSONAL_SERVER_TIMEOUT', message, { cause })
      }
      throw new ApiError('PERSONAL_SERVER_UNREACHABLE', `The personal server is unreachable: ${code}.`, {
        cause,
        details: neverSent(cause) ? { unsent: true } : {},
      })
    }
  }

  async function ask<T>(request: PersonalServerRequest, schema: z.ZodType<T>): Promise<T> {
    const { status, retryAfter, json } = await send(request)
    if (status < 200 || status >= 300) throw refusal(status, json, retryAfter)
    const parsed = schema.safeParse(json)
    if (parsed.success) return parsed.data
    throw new ApiError(
      'PERSONAL_SERVER_PROTOCOL',
      `The personal server's answer to ${request.method} has another shape.`,
    )
  }

  return {
    async createOperation(requestJson, appSignature) {
      const body = { app_signature: appSignature, operation_request_json: requestJson }
      const created = await ask({ method: 'POST', path: '/operations', body }, createdSchema)
      return { id: created.id, createdAt: created.created_at }
    },
    async operation(id) {
      const answer = await ask(
        { method: 'GET', path: `/operations/${encodeURIComponent(id)}` },
        operationSchema,
      )
      return {
        id: answer.id,
        status: answer.status,
        startedAt: answer.started_at ?? null,
        finishedAt: answer.finished_at ?? null,
        result: answer.result ?? null,
      }
    },
    identity: (address) =>
      ask({ method: 'GET', path: `/identity?address=${encodeURIComponent(address)}` }, z.looseObject({})),
    async ping() {
      try {
        // Without an address it is refused before anything is derived, and not counted by the rate limit.
        return (await send({ method: 'GET', path: '/identity', limitMs: 3_000 })).status
      } catch {
        return null
      }
    },
    async close() {
      if (closing.signal.aborted) return
      closing.abort()
      await pool.destroy()
    },
  }
}

/** The personal server's refusal with its own status, code, text and Retry-After. */
function refusal(status: number, json: unknown, retryAfter: string | undefined): ApiError {
  const { code, message } = readError(status, json)
  const retriable = status === 429 || (status >= 500 && code !== 'DECRYPTION_ERROR')
  return new ApiError({ code, status, retriable }, message, { retryAfter })
}

const applicationError = z.object({ detail: z.object({ detail: z.string(), error_code: z.string() }) })
const validationError = z.object({
  detail: z.array(z.object({ loc: z.array(z.union([z.string(), z.number()])).catch([]), msg: z.string() })),
})
const frameworkError = z.object({ detail: z.string() })

function readError(status: number, json: unknown): { code: string; message: string } {
  const application = applicationError.safeParse(json)
  if (application.success) {
    const { error_code: code, detail: message } = application.data.detail
    return { code, message }
  }
  const validation = validationError.safeParse(json)
  if (validation.success) {
    const message = validation.data.detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; ')
    return { code: 'VALIDATION_ERROR', message }
  }
  // The framework's own errors have only a text; one of them has a traceback beside it, which stays here.
  const framework = frameworkError.safeParse(json)
  const message = framework.success ? framework.data.detail : `The personal server answered HTTP ${status}.`
  return { code: `HTTP_${status}`, message }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
