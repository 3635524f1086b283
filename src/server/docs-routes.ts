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
      .header('x-content-type-options', 'nosniff')
      .send(page())
  })
}

type Described = { summary: string; responses: Record<string, { description: string }> }

function page(): string {
  const rows = Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries<Described>(methods).map(([method, { summary, responses }]) => {
      const answers = Object.entries(responses).map(([status, { description }]) => `${status} ${description}`)
      const errors = answers.slice(1).map(escapeHtml).join('<br>')
      return `<tr><td>${method.toUpperCase()}</td><td>${path}</td><td>${escapeHtml(summary)}</td><td>${errors}</td></tr>`
    }),
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${openApi.info.title}</title>
<h1>${openApi.info.title}</h1><p>${escapeHtml(openApi.info.description)}</p>
<table>${rows.join('')}</table><p><a href="/docs/openapi.json">OpenAPI document</a></p></html>`
}

const escapeHtml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
