import { type ApiReply, type ApiRequest, textReply } from './api-request.ts'

const methods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

/**
 * Answers a preflight, on whatever path; undefined when the request is none.
 *
 * @example preflightReply(request)?.headers['access-control-max-age'] // '600'
 */
export function preflightReply({ method, headers }: ApiRequest): ApiReply | undefined {
  const { origin } = headers
  const wanted = headers['access-control-request-method']
  if (method !== 'OPTIONS' || origin === undefined || wanted === undefined) return undefined
  const requestedHeaders = headers['access-control-request-headers']
  const answer = {
    vary: 'Origin',
    'access-control-allow-methods': methods.join(', '),
    'access-control-max-age': '600',
    'access-control-allow-credentials': 'true',
    'access-control-allow-origin': origin,
    ...(requestedHeaders === undefined ? {} : { 'access-control-allow-headers': requestedHeaders }),
  }
  if (!methods.includes(wanted)) return textReply(400, 'Disallowed CORS method', answer)
  return textReply(200, 'OK', answer)
}

/** The headers that an answer to a cross-origin request carries: a request with cookies gets its origin echoed. */
export function corsHeaders({ headers }: ApiRequest): Record<string, string> {
  if (headers.origin === undefined) return {}
  const credentials = { 'access-control-allow-credentials': 'true' }
  if (headers.cookie === undefined) return { 'access-control-allow-origin': '*', ...credentials }
  return { 'access-control-allow-origin': headers.origin, ...credentials, vary: 'Origin' }
}
