import type { FastifyInstance } from 'fastify'
import { openApi } from './openapi.ts'

/** Adds `GET /docs/openapi.json`, and `GET /docs`: a page for browsers, the same JSON for programs. */
export function addDocsRoutes(server: FastifyInstance): void {
  server.get('/docs/openapi.json', async () => openApi)
  server.get('/docs', async ({ headers }, reply) => {
    if (!headers.accept?.includes('text/html')) return openApi
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'")
      .send(page())
  })
}

function page(): string {
  const rows = Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { summary }]) =>
        `<tr><td>${method.toUpperCase()}</td><td>${path}</td><td>${summary}</td></tr>`,
    ),
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${openApi.info.title}</title>
<h1>${openApi.info.title}</h1><p>${openApi.info.description}</p>
<table>${rows.join('')}</table><p><a href="/docs/openapi.json">OpenAPI document</a></p></html>`
}
