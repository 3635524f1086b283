import { type ApiReply, type ApiRequest, emptyReply, jsonReply } from './api-request.ts'
import { corsHeaders, preflightReply } from './cors.ts'
import { ApiError, internalError, messageOf } from './errors.ts'
import { UnparsableBody } from './json-body.ts'
import type { ServerLogger } from './options.ts'
import { PythonCrash } from './python-crash.ts'
import { dumpPythonJson } from './python-json-dump.ts'
import { createRouter, type MatchRequest, type Route } from './router.ts'
import type { SerialQueue } from './serial-queue.ts'
import type { StatsRecorder } from './stats.ts'
import { ValidationError } from './validation-error.ts'

/** Answers a request; never rejects. */
export type App = (request: ApiRequest) => Promise<ApiReply>

/** An answer with what the statistics and the log want to know of it. */
type Outcome = { reply: ApiReply; route: string; code?: string | undefined; error?: unknown }

/**
 * Puts the routes behind what holds for all requests: the queue of a serial server, cross-origin headers, the shapes
 * of errors, statistics.
 *
 * @param queue through which every request goes, of whatever kind; undefined in a parallel server
 * @example const reply = await createApp({ routes, stats })(request)
 */
export function createApp(options: {
  routes: readonly Route[]
  stats: StatsRecorder
  queue?: SerialQueue | undefined
  metricsRoute?: string | undefined
  logger?: ServerLogger | undefined
}): App {
  const { stats, queue, metricsRoute, logger } = options
  const matchRequest = createRouter(options.routes)

  const handle = async (request: ApiRequest): Promise<ApiReply> => {
    stats.started()
    const preflight = preflightReply(request)
    const outcome: Outcome =
      preflight === undefined ? await answer(matchRequest, request) : { reply: preflight, route: 'preflight' }
    const { reply, route, code, error } = outcome
    stats.finished(route, reply.status, code)
    if (error === undefined) logger?.debug({ route, status: reply.status }, 'request answered')
    else logger?.warn({ route, status: reply.status, code, reason: messageOf(error) }, 'request refused')
    return preflight ?? { ...reply, headers: { ...reply.headers, ...corsHeaders(request) } }
  }

  return async (request) => {
    if (request.path === metricsRoute && request.method === 'GET') return jsonReply(200, stats.read())
    stats.arrived()
    return queue === undefined ? handle(request) : queue.run(() => handle(request))
  }
}

async function answer(matchRequest: MatchRequest, request: ApiRequest): Promise<Outcome> {
  if (request.bodyTooLarge) {
    return { reply: jsonReply(413, { detail: 'Request Entity Too Large' }), route: 'too-large' }
  }
  const match = matchRequest(request)
  if (match.kind === 'none') return { reply: jsonReply(404, { detail: 'Not Found' }), route: 'unknown' }
  if (match.kind === 'redirect') {
    return { reply: emptyReply(307, { 'content-length': '0', location: match.location }), route: 'redirect' }
  }
  if (match.kind === 'wrong-method') {
    const reply = jsonReply(405, { detail: 'Method Not Allowed' }, { allow: match.allow })
    return { reply, route: 'wrong-method' }
  }
  const route = match.route.name
  try {
    return { reply: await match.route.handle(request, match.groups), route }
  } catch (error) {
    return { ...refusal(error), route, error }
  }
}

type Refusal = { reply: ApiReply; code: string }

function refusal(error: unknown): Refusal {
  try {
    return handledRefusal(error)
  } catch (crash) {
    // An error whose own words cannot be sent.
    if (crash instanceof PythonCrash) return handledRefusal(crash)
    throw crash
  }
}

function handledRefusal(error: unknown): Refusal {
  if (error instanceof PythonCrash) return { reply: jsonReply(500, error.body), code: 'HTTP_500' }
  if (error instanceof ValidationError) {
    const body = dumpPythonJson(error.body, 'compact')
    return { reply: { status: 422, headers: { 'content-type': 'application/json' }, body }, code: 'HTTP_422' }
  }
  if (error instanceof UnparsableBody) {
    return { reply: jsonReply(400, { detail: 'There was an error parsing the body' }), code: 'HTTP_400' }
  }
  const { status, body, headers, code } = error instanceof ApiError ? error : internalError(error)
  return { reply: jsonReply(status, body, headers), code }
}
