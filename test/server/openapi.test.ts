import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { apiErrorCatalog } from '../../src/server/api-error.ts'
import type { LoadTestApiServer } from '../../src/server/load-test-api-server.ts'
import { openApi } from '../../src/server/openapi.ts'
import { type ApiWorld, newUser, relayBody, startApiWorld } from './api-server.fixture.ts'

let world: ApiWorld
let server: LoadTestApiServer
beforeAll(async () => {
  world = await startApiWorld({ blockTime: 'instant' })
  server = world.apiServer()
})
afterAll(() => world.stop())

type Schema = Record<string, unknown>
type Answer = { content?: { 'application/json': { schema: Schema } }; description: string; headers?: unknown }
type Operation = {
  operationId: string
  responses: Record<string, Answer>
  requestBody?: { content: { 'application/json': { schema: Schema } } }
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[]
}

const operations = Object.entries(openApi.paths).flatMap(([path, methods]) =>
  Object.entries(methods as unknown as Record<string, Operation>).map(
    ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
  ),
)

/** A schema with its references filled in, as a test of values. */
function validator(schema: Schema): z.ZodType {
  const components = openApi.components.schemas as Record<string, Schema>
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    const { $ref } = value as { $ref?: string }
    if ($ref === undefined)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]))
    const found = components[$ref.replace('#/components/schemas/', '')]
    if (found === undefined) throw new Error(`${$ref} leads nowhere`)
    return resolve(found)
  }
  return z.fromJSONSchema(resolve(schema) as Parameters<typeof z.fromJSONSchema>[0])
}

describe('the OpenAPI document', () => {
  it('is of version 3.1, and every part of it is in its place', () => {
    expect(openApi).toMatchObject({ openapi: '3.1.0', info: { title: expect.any(String), version: '1' } })
    expect(JSON.parse(JSON.stringify(openApi))).toEqual(openApi)
    const ids = operations.map(([, { operationId }]) => operationId)
    expect(new Set(ids).size).toBe(operations.length)
    for (const [route, { responses, parameters = [] }] of operations) {
      const inPath = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath)
      for (const [status, { description }] of Object.entries(responses)) {
        expect(status).toMatch(/^[2-5]\d\d$/)
        expect(description).not.toBe('')
      }
    }
  })

  it('has schemas that can be used, with no reference into nothing', () => {
    for (const [, { responses, requestBody, parameters = [] }] of operations) {
      const schemas = [
        ...Object.values(responses).flatMap(({ content }) => content?.['application/json'].schema ?? []),
        ...(requestBody ? [requestBody.content['application/json'].schema] : []),
        ...parameters.map(({ schema }) => schema),
      ]
      for (const schema of schemas) expect(() => validator(schema as Schema)).not.toThrow()
    }
  })

  it('names every error code at a status where it comes, with that status', () => {
    const told = new Set<string>()
    for (const [, { responses }] of operations) {
      for (const [status, { description }] of Object.entries(responses)) {
        for (const [, code = ''] of description.matchAll(/`([A-Z_]+)`: /g)) {
          told.add(code)
          expect(String(apiErrorCatalog[code as keyof typeof apiErrorCatalog].status)).toBe(status)
        }
      }
    }
    // A wrong method is no operation, so no operation can tell of it.
    const all = Object.keys(apiErrorCatalog).filter((code) => code !== 'METHOD_NOT_ALLOWED')
    expect([...told].sort()).toEqual(all.sort())
  })

  it('says of itself what a request must look like, and the honest one does', async () => {
    const [, relay] = operations.find(([route]) => route === 'POST /api/relay') ?? []
    const schema = validator(relay?.requestBody?.content['application/json'].schema ?? {})
    const body = await relayBody(newUser())
    expect(schema.safeParse(JSON.parse(JSON.stringify(body))).error?.issues).toBeUndefined()
    expect(schema.safeParse({ ...body, signature: '0x12' }).success).toBe(false)
  })
})

describe('what the server answers', () => {
  const known: Record<string, () => Promise<[method: 'GET' | 'POST', url: string, payload?: object]>> = {
    'POST /api/relay': async () => ['POST', '/api/relay', await relayBody(newUser())],
    'GET /api/relay/{hash}': async () => {
      const sent = await server.inject({
        method: 'POST',
        url: '/api/relay',
        payload: await relayBody(newUser()),
      })
      return ['GET', `/api/relay/${sent.json().hash}`]
    },
    'POST /api/trusted-server': async () => ['POST', '/api/trusted-server', { permissionId: '7' }],
    'POST /api/trusted-server/poll': async () => ['POST', '/api/trusted-server/poll', { operationId: 'x' }],
    'GET /identity': async () => ['GET', `/identity?address=${newUser().address}`],
    'GET /health': async () => ['GET', '/health'],
    'GET /__metrics': async () => ['GET', '/__metrics'],
  }

  it.each(operations.map(([route, operation]) => [route, operation] as const))(
    'to %s is as described',
    async (route, { responses }) => {
      world.personalServer.answer({
        status: 200,
        body: { id: 'x', created_at: 'now', status: 'processing', started_at: 'now' },
      })
      const [method, url, payload] = (await known[route]?.()) ?? ['GET', '/']
      const answer = await server.inject({ method, url, ...(payload && { payload }) })
      expect(answer.statusCode).toBe(200)
      const schema = responses['200']?.content?.['application/json'].schema ?? {}
      expect(validator(schema).safeParse(answer.json()).error?.issues).toBeUndefined()
    },
  )

  it('to a bad request is an error as described', async () => {
    for (const [route, { responses, requestBody }] of operations) {
      if (requestBody === undefined) continue
      const answer = await server.inject({
        method: 'POST',
        url: route.replace('POST ', ''),
        payload: { bad: true },
      })
      const described = responses[String(answer.statusCode)]
      expect(described?.description).toContain(JSON.parse(answer.body).code ?? answer.json().error.code)
      const schema = described?.content?.['application/json'].schema ?? {}
      expect(validator(schema).safeParse(answer.json()).error?.issues).toBeUndefined()
    }
  })
})

it('the manual lists every error code of the server, with its status', () => {
  const manual = readFileSync(new URL('../../docs/api-server.md', import.meta.url), 'utf8')
  const rows = [...manual.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (yes|no) \|/gm)]
  const listed = rows.map(([, code, status, retry]) => [code, Number(status), retry === 'yes'])
  const all = Object.entries(apiErrorCatalog).map(([code, { status, retriable }]) => [
    code,
    status,
    retriable,
  ])
  expect(listed).toEqual(all)
})
