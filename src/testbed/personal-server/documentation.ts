import type { Route } from './create-http.ts'

const title = 'Vana personal server (testbed)'

/** Returns the routes of the pages that describe the API: `/openapi.json`, `/docs` and `/redoc`. */
export function describeRoutes(routes: readonly Route[]): Route[] {
  const described = routes.map(({ method, path, summary }) => ({
    method,
    path: path.replace(/:(\w+)/g, '{$1}'),
    summary,
  }))
  const openApi = {
    openapi: '3.1.0',
    info: { title, version: '1.0.0' },
    paths: Object.fromEntries(
      described.map(({ method, path, summary }) => [
        path,
        { [method.toLowerCase()]: { summary, responses: { default: { description: 'JSON' } } } },
      ]),
    ),
  }
  const items = described.map(
    ({ method, path, summary }) => `<li><code>${method} ${path}</code> ${summary}</li>`,
  )
  const page = `<!doctype html><meta charset="utf-8"><title>${title}</title>
<h1>${title}</h1><ul>${items.join('')}</ul><p><a href="/openapi.json">openapi.json</a></p>`
  const pageRoute = (name: string): Route => ({
    name,
    method: 'GET',
    path: `/${name}`,
    summary: 'This page',
    handle: (_request, reply) => {
      reply.type('text/html; charset=utf-8')
      return page
    },
  })
  return [
    { name: 'openapi.json', method: 'GET', path: '/openapi.json', summary: title, handle: () => openApi },
    pageRoute('docs'),
    pageRoute('redoc'),
  ]
}
