import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadTestApiServer } from '../../src/server/load-test-api-server.ts'
import { startPersonalServer } from '../../src/testbed/personal-server/start-personal-server.ts'
import { type ApiWorld, appPrivateKey, post, startApiWorld } from './api-server.fixture.ts'

// Ids are whatever a client writes: none of them is a fault of the server.

let world: ApiWorld
let server: LoadTestApiServer
let personalServer: Awaited<ReturnType<typeof startPersonalServer>>
const often = { ratePerSecond: 1e6, burst: 1e6 }
beforeAll(async () => {
  world = await startApiWorld({ blockTime: 'instant' })
  personalServer = await startPersonalServer({
    rpcUrl: world.chain.rpcUrl,
    chainId: world.chain.chainId,
    mnemonic: 'test test test test test test test test test test test junk',
  })
  server = world.apiServer({
    personalServerUrl: personalServer.url,
    moreGrantees: [{ id: 7n, privateKey: appPrivateKey }],
    limits: { perPermission: often, perAddress: often, requestsPerAddress: often },
  })
})
afterAll(async () => {
  await personalServer.stop()
  await world.stop()
})

/** Whether a text can be written in a URL. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)
const get = (url: string) => server.inject({ method: 'GET', url })

const objectNames = Object.getOwnPropertyNames(Object.prototype)
const hostileTexts = fc.oneof(
  fc.constantFrom(
    ...objectNames,
    '..',
    '../identity',
    'a/b',
    'a%2Fb',
    '%2e%2e',
    'a?b',
    'a#b',
    'a b',
    'é',
    '😀',
    '\ud800',
  ),
  fc.string({ maxLength: 40 }).filter((text) => !/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(text)),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map((text) => `\0${text}`),
  fc.integer({ min: 129, max: 5000 }).map((length) => 'a'.repeat(length)),
)
const hostileValues = fc.oneof(
  hostileTexts,
  fc.jsonValue().filter((value) => typeof value !== 'string'),
  fc.constantFrom({ toString: 'x' }, ['abc'], { __proto__: null }, 1e308),
)

describe('a hostile id is refused with 400', () => {
  it('of an operation', () =>
    fc.assert(
      fc.asyncProperty(hostileValues, async (operationId) => {
        const { status, body } = await post(
          server,
          '/api/trusted-server/poll',
          JSON.stringify({ operationId }),
          {
            'content-type': 'application/json',
          },
        )
        expect([status, body]).toMatchObject([400, { success: false, error: { code: 'BAD_REQUEST' } }])
      }),
      { numRuns: 300 },
    ))

  it('of a relayed transaction', () =>
    fc.assert(
      fc.asyncProperty(
        hostileTexts.filter((text) => text !== '' && text !== '..' && isWellFormed(text)),
        async (hash) => {
          const { statusCode, body } = await get(`/api/relay/${encodeURIComponent(hash)}`)
          expect([statusCode, JSON.parse(body)]).toMatchObject([400, { error: { code: 'BAD_REQUEST' } }])
        },
      ),
      { numRuns: 300 },
    ))

  it.each([
    ['beyond uint256', '9'.repeat(78)],
    ['the first beyond uint256', `${2n ** 256n}`],
    ['of an object', '__proto__'],
    ['in hex', '0x1'],
    ['with a newline', '1\n'],
  ])('of a permission: %s', async (_, permissionId) => {
    expect(await post(server, '/api/trusted-server', { permissionId })).toMatchObject({
      status: 400,
      body: { error: { code: 'BAD_REQUEST' } },
    })
  })

  it('of a user', () =>
    fc.assert(
      fc.asyncProperty(
        hostileTexts.filter((text) => isWellFormed(text)),
        async (address) => {
          const { statusCode } = await get(`/identity?address=${encodeURIComponent(address)}`)
          expect(statusCode).toBe(400)
        },
      ),
      { numRuns: 200 },
    ))
})

describe('whatever the path', () => {
  const segments = fc.oneof(
    fc.constantFrom(
      'api',
      'relay',
      'trusted-server',
      'poll',
      'identity',
      'health',
      '__metrics',
      'docs',
      'openapi.json',
    ),
    fc.constantFrom(
      '%',
      '%2',
      '%00',
      '%0a',
      '%2f',
      '%2F..',
      '%c0%af',
      '%ff',
      '%ud800',
      '..',
      '.',
      '',
      ';a',
      '%5c',
    ),
    fc.constantFrom(...objectNames),
    fc
      .string({ maxLength: 12 })
      .filter((text) => isWellFormed(text))
      .map(encodeURIComponent),
    fc.integer({ min: 90, max: 9000 }).map((length) => 'a'.repeat(length)),
  )
  const paths = fc
    .tuple(fc.array(segments, { maxLength: 5 }), fc.option(segments))
    .map(([parts, query]) => `/${parts.join('/')}${query === null ? '' : `?address=${query}&${query}`}`)
    // The test's client parses it, too.
    .filter((url) => URL.canParse(url, 'http://localhost'))

  it('the answer has a stable code, and is never a fault of the server', () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'POST'), paths, hostileValues, async (method, url, value) => {
        const answer = await server.inject({
          method: method as 'GET',
          url,
          ...(method === 'POST'
            ? { payload: JSON.stringify(value), headers: { 'content-type': 'application/json' } }
            : {}),
        })
        expect(answer.statusCode).toBeLessThan(500)
        if (answer.statusCode < 400) return
        const { error, code = error.code } = answer.json()
        expect(code).toMatch(/^[A-Z_]+$/)
      }),
      { numRuns: 500 },
    ))
})
