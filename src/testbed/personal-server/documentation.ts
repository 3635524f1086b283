import type { Route } from './router.ts'

const jsonContent = (schema: object) => ({ 'application/json': { schema } })
const text = { type: 'string' }
const textOrNull = { anyOf: [text, { type: 'null' }] }
const object = (properties: Record<string, object>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
})
const idParameter = { name: 'operation_id', in: 'path', required: true, schema: text }

const openApi = {
  openapi: '3.1.0',
  info: { title: 'Vana personal server (testbed)', version: '1.0.0' },
  paths: {
    '/api/v1/identity': {
      get: {
        summary: "The server's identity for a user",
        parameters: [{ name: 'address', in: 'query', required: true, schema: text }],
        responses: {
          200: {
            description: 'The identity',
            content: jsonContent(
              object({
                kind: text,
                user_address: text,
                personal_server: object({ kind: text, address: text, public_key: text }),
              }),
            ),
          },
        },
      },
    },
    '/api/v1/operations': {
      post: {
        summary: 'Starts an operation on data that a permission covers',
        requestBody: {
          required: true,
          content: jsonContent(object({ app_signature: text, operation_request_json: text })),
        },
        responses: {
          202: {
            description: 'The operation was created',
            content: jsonContent(object({ kind: text, id: text, created_at: text })),
          },
        },
      },
    },
    '/api/v1/operations/{operation_id}': {
      get: {
        summary: 'How an operation stands',
        parameters: [idParameter],
        responses: {
          200: {
            description: 'Its status and, once it is there, its result',
            content: jsonContent(
              object({
                kind: text,
                id: text,
                status: text,
                started_at: textOrNull,
                finished_at: textOrNull,
                result: textOrNull,
              }),
            ),
          },
        },
      },
    },
    '/api/v1/operations/{operation_id}/cancel': {
      post: {
        summary: 'Cancels an operation',
        parameters: [idParameter],
        responses: { 204: { description: 'It is cancelled' } },
      },
    },
  },
}

const page = `<!doctype html><meta charset="utf-8"><title>${openApi.info.title}</title>
<h1>${openApi.info.title}</h1>
<ul>${Object.entries(openApi.paths)
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { summary }]) => `<li><code>${method.toUpperCase()} ${path}</code> ${summary}</li>`,
    ),
  )
  .join('\n')}</ul>
<p><a href="/openapi.json">openapi.json</a></p>
`

/** The pages that describe the API; unlike the other routes they also answer HEAD. */
export function documentationRoutes(): Route[] {
  const methods = ['GET', 'HEAD']
  const pages: [name: string, contentType: string, body: string][] = [
    ['openapi.json', 'application/json', JSON.stringify(openApi)],
    ['docs', 'text/html; charset=utf-8', page],
    [
      'docs/oauth2-redirect',
      'text/html; charset=utf-8',
      '<!doctype html><title>Swagger UI: OAuth2 Redirect</title>',
    ],
    ['redoc', 'text/html; charset=utf-8', page],
  ]
  return pages.map(([name, contentType, body]) => ({
    name,
    methods,
    path: `/${name}`,
    handle: () => ({ status: 200, headers: { 'content-type': contentType }, body }),
  }))
}
