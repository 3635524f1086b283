import type { ApiReply, ApiRequest } from './api-request.ts'
import { quoteUrl } from './python-unquote.ts'

/** A route: `handle` gets what stands at the places of `path`. */
export type Route = {
  name: string
  methods: readonly string[]
  /** With `{name}` for any text without a slash. */
  path: string
  handle(request: ApiRequest, groups: readonly string[]): ApiReply | Promise<ApiReply>
}

/** What a request leads to. */
export type Match =
  | { kind: 'route'; route: Route; groups: readonly string[] }
  | { kind: 'wrong-method'; allow: string }
  | { kind: 'redirect'; location: string }
  | { kind: 'none' }

/** Finds what a request leads to. */
export type MatchRequest = (request: ApiRequest) => Match

/**
 * Makes the router, which finds routes as the original's framework does: a known path with another method is 405; an
 * unknown path that is known with or without its trailing slash is redirected there, whatever the method.
 *
 * @example createRouter(routes)(request).kind // 'route'
 */
export function createRouter(routes: readonly Route[]): MatchRequest {
  const patterns = routes.map((route) => ({ route, pattern: patternOf(route.path) }))
  return (request) => {
    let allow: string | undefined
    for (const { route, pattern } of patterns) {
      const groups = pattern.exec(request.path)
      if (groups === null) continue
      if (route.methods.includes(request.method)) return { kind: 'route', route, groups: groups.slice(1) }
      allow ??= route.methods.join(', ')
    }
    if (allow !== undefined) return { kind: 'wrong-method', allow }
    const other = request.path.endsWith('/') ? withoutSlashes(request.path) : `${request.path}/`
    if (request.path === '/' || !patterns.some(({ pattern }) => pattern.test(other))) return { kind: 'none' }
    return { kind: 'redirect', location: locationOf(request, other) }
  }
}

/** Python's `$`, with which the framework's patterns end, also matches before a last newline. */
function patternOf(path: string): RegExp {
  const escaped = path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '([^/]+)')
  return new RegExp(`^${escaped}\\n?$`)
}

/** Not by a regular expression, whose time would grow with the square of the slashes. */
function withoutSlashes(path: string): string {
  let end = path.length
  while (path[end - 1] === '/') end--
  return path.slice(0, end)
}

function locationOf({ headers, query, host }: ApiRequest, path: string): string {
  return quoteUrl(`http://${headers.host ?? host}${path}${query === '' ? '' : `?${query}`}`)
}
