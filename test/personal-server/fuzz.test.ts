import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProfileName } from '../../src/testbed/personal-server/profile.ts'
import { exchange, parseAnswers, type RawAnswer } from './raw-http.fixture.ts'
import { app, createWorld, grantOf, type World } from './world.fixture.ts'

/** Fixed, so that a failure can be repeated. */
const seed = 20250905

const hasKeys = (value: unknown, keys: string[]): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).sort().join() === keys.sort().join()

/** Tells whether a body has one of the four error shapes. */
function isErrorBody(status: number, body: string): boolean {
  const { detail, ...rest } = JSON.parse(body) as Record<string, unknown>
  if (hasKeys(rest, ['traceback'])) return status === 500 && detail === 'Internal server error'
  if (!hasKeys(rest, [])) return false
  if (Array.isArray(detail)) {
    return (
      status === 422 && detail.every((fault) => typeof fault.type === 'string' && Array.isArray(fault.loc))
    )
  }
  if (typeof detail === 'string') return [400, 404, 405, 413, 414, 415].includes(status)
  if (status === 429) return hasKeys(detail, ['detail', 'error_code'])
  return hasKeys(detail, ['kind', 'detail', 'error_code', 'field'])
}

function expectAnswer({ status, headers, body }: RawAnswer): void {
  expect(body).not.toMatch(/\.ts:\d|node:internal|\/src\/|at \w+ \(/)
  const type = headers.get('content-type') ?? ''
  if (status < 300 || (status === 307 && body === '')) return
  // Node's own answers to what is not HTTP.
  if (status === 417 || body === '' || body.includes('"message":"Client Error"')) return
  expect(type).toMatch(/^application\/json/)
  if (body !== '') expect([status, body, isErrorBody(status, body)]).toEqual([status, body, true])
}

const method = fc.constantFrom(
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'CONNECT',
  'FOO',
  'get',
)
const segment = fc.oneof(
  fc.constantFrom(
    'api',
    'v1',
    'identity',
    'operations',
    'cancel',
    'docs',
    'openapi.json',
    '',
    '.',
    '..',
    '%2F',
    '%00',
  ),
  fc.string({ maxLength: 8 }).map(encodeURIComponent),
  fc.stringMatching(/^[!-~]{0,8}$/),
)
const path = fc.oneof(
  fc.constantFrom(
    '/api/v1/identity',
    '/api/v1/operations',
    '/api/v1/operations/x',
    '/api/v1/operations/x/cancel',
    '/api/v1/operations/',
  ),
  fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`),
)
const query = fc.oneof(
  fc.constant(''),
  fc.stringMatching(/^[0-9a-fx]{0,44}$/).map((address) => `?address=${address}`),
  fc.stringMatching(/^[!-~]{0,20}$/).map((text) => `?${text}`),
)
const header = fc.oneof(
  fc.constantFrom(
    ...['content-type: text/plain', 'content-type: application/json', 'content-type: multipart/form-data'],
    ...[
      'content-encoding: gzip',
      'expect: 100-continue',
      'expect: x',
      'upgrade: h2c',
      'origin: https://a.example',
    ],
    ...[
      'access-control-request-method: GET',
      'x-forwarded-for: , ,',
      'cookie: a=b',
      'transfer-encoding: identity',
    ],
  ),
  fc.stringMatching(/^[a-z-]{1,10}: ?[ -~]{0,20}$/),
  fc.string({ maxLength: 20 }),
)
const permissionId = fc.oneof(
  fc.constantFrom(
    '1',
    '1.0',
    '0',
    '-1',
    'true',
    'null',
    '"1"',
    '[1]',
    'NaN',
    '1e999',
    '-0.0',
    '9'.repeat(90),
  ),
  fc.json({ maxDepth: 2 }),
)
const requestJson = fc.oneof(
  permissionId.map((id) => `{"permission_id":${id}}`),
  fc.json(),
  fc.string({ unit: 'binary', maxLength: 30 }),
)
const signature = fc.oneof(
  fc.stringMatching(/^(?:0x)?[0-9a-f]{120,140}$/),
  fc.uint8Array({ minLength: 65, maxLength: 65 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
  fc.string({ unit: 'binary' }),
)
const operationBody = fc
  .record(
    { app_signature: signature, operation_request_json: requestJson, more: fc.jsonValue() },
    { requiredKeys: [] },
  )
  .map((body) => Buffer.from(JSON.stringify(body)))
const body = fc.oneof(
  fc.constant(Buffer.alloc(0)),
  operationBody,
  fc.json().map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.from(text, 'utf16le')),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('[', '{"app_signature":NaN}', '"\\ud800"', '[[[[', '{"a":1e999}')
    .map((text) => Buffer.from(text)),
)
const request = fc
  .record({ method, path, query, headers: fc.array(header, { maxLength: 3 }), body })
  .map(({ method, path, query, headers, body }) => {
    const lines = [`${method} ${path}${query} HTTP/1.1`, 'host: h', 'connection: close', ...headers]
    const head = [...lines, `content-length: ${body.length}`, '', ''].join('\r\n')
    return Buffer.concat([Buffer.from(head), body])
  })
const garbled = fc
  .tuple(request, fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { minLength: 1, maxLength: 5 }))
  .map(([bytes, changes]) => {
    const copy = Buffer.from(bytes)
    for (const [at, value] of changes) if (at < copy.length) copy[at] = value
    return copy
  })

describe.each<ProfileName>(['main-2025-09-05', 'head-2025-10-17'])('Bad input: %s', (profile) => {
  let world: World

  beforeAll(async () => {
    world = await createWorld({ profile, metricsRoute: '/metrics' })
  })
  afterAll(() => world.stop())
  const sendAll = async (bytes: Buffer): Promise<void> => {
    const text = await exchange(world.server.port, bytes, 1, 150)
    for (const answer of parseAnswers(text)) expectAnswer(answer)
  }
  const afterwards = async (): Promise<void> => {
    expect((await world.post(await world.permit())).status).toBe(202)
    expect(world.server.stats().queueDepth).toBe(0)
  }

  it('gets an answer in a known shape, without a crash or a leak', async () => {
    await fc.assert(fc.asyncProperty(request, sendAll), { seed, numRuns: 400 })
    await afterwards()
  })

  it('that is hardly HTTP gets one too', async () => {
    await fc.assert(fc.asyncProperty(garbled, sendAll), { seed, numRuns: 200 })
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), (bytes) => sendAll(Buffer.from(bytes))),
      { seed, numRuns: 50 },
    )
    await afterwards()
  })

  it('in a signed request, its grant or its file gets one too', async () => {
    const grant = fc.oneof(
      fc.jsonValue(),
      fc
        .record(
          {
            grantee: fc.constantFrom<unknown>(app.address, app.address.toLowerCase(), 5),
            operation: fc.constantFrom<unknown>('llm_inference', '', 'train', null),
            parameters: fc.oneof(
              fc.dictionary(fc.constantFrom('prompt', 'response_format', 'filters'), fc.jsonValue()),
              fc.jsonValue(),
            ),
            expires: fc.oneof(fc.integer(), fc.double(), fc.constant(null)),
          },
          { requiredKeys: ['grantee', 'operation', 'parameters'] },
        )
        .map((fields) => ({ ...grantOf(), ...fields })),
    )
    const file = fc.uint8Array({ maxLength: 60 })
    const key = fc.stringMatching(/^(?:0x)?[0-9a-f]{0,260}$/)
    await fc.assert(
      fc.asyncProperty(grant, file, key, async (grant, file, key) => {
        const id = await world.permit({
          grant,
          fileUrls: [world.store.put('/fuzzed', file)],
          fileKeys: [key === '' ? '0x' : key],
        })
        const { status, text } = await world.post(id)
        expect([status, text, isErrorBody(status, text)]).toEqual([status, text, true])
        expect(text).not.toContain('traceback')
      }),
      { seed, numRuns: 100 },
    )
    await afterwards()
  })
})
