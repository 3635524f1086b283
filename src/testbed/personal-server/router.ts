import type { ApiReply, ApiRequest } from './api-request.ts'

/** A route: `handle` gets the groups of `pattern`. */
export type Route = {
  name: string
  methods: readonly string[]
  pattern: RegExp
  handle(request: ApiRequest, groups: readonly string[]): ApiReply | Promise<ApiReply>
}

/** What a request leads to. */
export type Match =
  | { kind: 'route'; route: Route; groups: readonly string[] }
  | { kind: 'wrong-method'; allow: string }
  | { kind: 'redirect'; location: string }
  | { kind: 'none' }

/**
 * Finds the route as the original's framework does: a known path with another method is 405; an unknown path that is
 * known with or without its trailing slash is redirected there, whatever the method.
 *
 * @example matchRoute(routes, request).kind // 'route'
 */
export function matchRoute(routes: readonly Route[], request: ApiRequest): Match {
  let allow: string | undefined
  for (const route of routes) {
    const groups = route.pattern.exec(request.path)
    if (groups === null) continue
    if (route.methods.includes(request.method)) return { kind: 'route', route, groups: groups.slice(1) }
    allow ??= route.methods.join(', ')
  }
  if (allow !== undefined) return { kind: 'wrong-method', allow }
  const other = request.path.endsWith('/') ? request.path.replace(/\/+$/, '') : `${request.path}/`
  if (request.path === '/' || !routes.some((route) => route.pattern.test(other))) return { kind: 'none' }
  return { kind: 'redirect', location: locationOf(request, other) }
}

function locationOf({ headers, query }: ApiRequest, path: string): string {
  const encoded = encodeURI(path).replaceAll('%25', '%').replaceAll('%5B', '[').replaceAll('%5D', ']')
  return `http://${headers.host ?? ''}${encoded}${query === '' ? '' : `?${query}`}`
}
