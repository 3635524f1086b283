import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ModelProvider, Prediction } from '../../src/testbed/personal-server/model-provider.ts'
import vectors from '../vectors/personal-server.json' with { type: 'json' }
import { applicationError, createWorld, type World } from './world.fixture.ts'

const unknownId =
  'Failed to get operation: Failed to get prediction: ReplicateError Details:\ntitle: Not found\nstatus: 404\ndetail: Not found.'
const internal = applicationError('Internal server error', 'INTERNAL_SERVER_ERROR')

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.stop())

describe('1. Endpoints: GET /identity', () => {
  const get = (query: string) => world.request(`/api/v1/identity${query}`)

  it.each(vectors.identity)('returns the identity for $name and echoes the address', async (vector) => {
    const { status, headers, json } = await get(`?address=${vector.user_address}`)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(json).toEqual({
      kind: 'Identity',
      user_address: vector.user_address,
      personal_server: {
        kind: 'PersonalServer',
        address: vector.server_address,
        public_key: vector.server_public_key,
      },
    })
  })

  it('echoes any case and returns the same server for it', async () => {
    const plain = await get(`?address=0x${'ab'.repeat(20)}`)
    const shouting = await get(`?address=0x${'AB'.repeat(20)}`)
    expect(shouting.json).toEqual({ ...(plain.json as object), user_address: `0x${'AB'.repeat(20)}` })
  })

  it('uses the last of repeated addresses', async () => {
    const { json } = await get(`?address=no&address=0x${'ab'.repeat(20)}`)
    expect(json).toMatchObject({ user_address: `0x${'ab'.repeat(20)}` })
  })

  it.each(['', '?', '?other=1'])('answers 422 without an address: %j', async (query) => {
    const { status, json } = await get(query)
    expect(status).toBe(422)
    expect(json).toEqual({
      detail: [
        {
          type: 'missing',
          loc: ['query', 'address'],
          msg: 'Field required',
          input: null,
          url: 'https://errors.pydantic.dev/2.11/v/missing',
        },
      ],
    })
  })

  it.each(['', 'ab', `0X${'ab'.repeat(20)}`, `%200x${'ab'.repeat(20)}`])(
    'answers 400 when the address does not start with 0x: %j',
    async (address) => {
      const { status, json } = await get(`?address=${address}`)
      expect(status).toBe(400)
      expect(json).toEqual(
        applicationError('Invalid user address format', 'VALIDATION_ERROR_USER_ADDRESS', 'user_address'),
      )
    },
  )

  it.each(['0x', '0x123', `0x${'zz'.repeat(20)}`, `0x${'ab'.repeat(21)}`])(
    'answers 500 when the address starts with 0x and is not 40 hex digits: %j',
    async (address) => {
      const { status, json } = await get(`?address=${address}`)
      expect(status).toBe(500)
      expect(json).toMatchObject({
        detail: { kind: 'Error', error_code: 'INTERNAL_SERVER_ERROR', field: null },
      })
    },
  )
})

describe('1. Endpoints: GET /operations/{id} and cancel', () => {
  it('answers 500 for an unknown id, never 404', async () => {
    const { status, json } = await world.request('/api/v1/operations/unknown')
    expect(status).toBe(500)
    expect(json).toEqual(applicationError(unknownId, 'COMPUTE_ERROR'))
  })

  it('answers 500 to cancelling an unknown id', async () => {
    const { status, json } = await world.request('/api/v1/operations/unknown/cancel', { method: 'POST' })
    expect(status).toBe(500)
    expect(json).toEqual(internal)
  })

  describe('with a provider of odd answers', () => {
    const prediction: Prediction = {
      id: 'x',
      status: 'succeeded',
      createdAt: '2025-09-05T00:00:00Z',
      startedAt: null,
      finishedAt: null,
      output: null,
    }
    let odd: Partial<Prediction> = {}
    const report = async (): Promise<Prediction> => ({ ...prediction, ...odd })
    const provider: ModelProvider = { create: report, get: report, cancel: report }
    let oddWorld: World

    beforeAll(async () => {
      oddWorld = await createWorld({ provider })
    })
    afterAll(() => oddWorld.stop())
    const get = (answer: Partial<Prediction>) => {
      odd = answer
      return oddWorld.request('/api/v1/operations/x')
    }

    it.each([
      [['a', 'b', 'c'], 'abc'],
      ['text', 'text'],
      ['', null],
      [[], null],
      [['', ''], null],
      [null, null],
      [undefined, null],
    ])('turns the output %j into the result %j', async (output, result) => {
      const { status, json } = await get({ output })
      expect(status).toBe(200)
      expect(json).toMatchObject({ result })
    })

    it('shows a partial result while the model is processing', async () => {
      const { json } = await get({ status: 'processing', output: ['par', 'tial'] })
      expect(json).toMatchObject({ status: 'processing', result: 'partial' })
    })

    it('shows no result for a failed prediction', async () => {
      const { json } = await get({ status: 'failed', output: ['par'] })
      expect(json).toMatchObject({ status: 'failed', result: null })
    })

    it.each([5, true, { a: 1 }])(
      'answers 500 to an output that is neither list nor text: %j',
      async (output) => {
        const { status, json } = await get({ output })
        expect(status).toBe(500)
        expect(json).toEqual(internal)
      },
    )

    it('answers 500 to an unknown status', async () => {
      const { status, json } = await get({ status: 'aborted' })
      expect(status).toBe(500)
      expect(json).toMatchObject({ detail: { error_code: 'COMPUTE_ERROR' } })
    })

    it.each(['starting', 'processing', 'succeeded', 'failed', 'canceled'])(
      'passes the status %s on',
      async (status) => {
        expect((await get({ status })).json).toMatchObject({ status })
      },
    )

    it.each([
      ['canceled', 204],
      ['succeeded', 500],
      ['failed', 500],
      ['processing', 500],
    ])('answers a cancel that ends in %s with %d', async (status, code) => {
      odd = { status }
      const answer = await oddWorld.request('/api/v1/operations/x/cancel', { method: 'POST' })
      expect(answer.status).toBe(code)
      if (code === 204) expect(answer.text).toBe('')
      else expect(answer.json).toEqual(internal)
    })
  })
})

describe('1. Endpoints: answers of the framework', () => {
  it.each(['/', '/health', '/api/v1', '/api/v1/', '/api/v1/operations/a/b', '//api/v1/identity'])(
    'answers 404 to %s',
    async (path) => {
      const { status, json } = await world.request(path)
      expect(status).toBe(404)
      expect(json).toEqual({ detail: 'Not Found' })
    },
  )

  it.each([
    ['POST', '/api/v1/identity', 'GET'],
    ['GET', '/api/v1/operations', 'POST'],
    ['DELETE', '/api/v1/operations/x', 'GET'],
    ['GET', '/api/v1/operations/x/cancel', 'POST'],
    ['OPTIONS', '/api/v1/operations', 'POST'],
    ['POST', '/docs', 'GET'],
  ])('answers 405 to %s %s', async (method, path, allow) => {
    const { status, headers, json } = await world.request(path, { method })
    expect(status).toBe(405)
    expect(headers.get('allow')).toBe(allow)
    expect(json).toEqual({ detail: 'Method Not Allowed' })
  })

  it('answers 405 to HEAD, without a body', async () => {
    const { status, text, headers } = await world.request('/api/v1/identity?address=0x', { method: 'HEAD' })
    expect(status).toBe(405)
    expect(text).toBe('')
    expect(headers.get('content-length')).toBe('31')
  })

  it.each([
    ['GET', '/api/v1/operations/', '/api/v1/operations'],
    ['POST', '/api/v1/identity/?a=b%20c', '/api/v1/identity?a=b%20c'],
    ['GET', '/api/v1/operations/abc/', '/api/v1/operations/abc'],
    ['POST', '/api/v1/operations/a%20b/cancel/', '/api/v1/operations/a%20b/cancel'],
    ['GET', '/docs/', '/docs'],
  ])('redirects %s %s to the URL without the slash', async (method, path, target) => {
    const { status, headers, text } = await world.request(path, { method })
    expect(status).toBe(307)
    expect(headers.get('location')).toBe(new URL(target, world.server.url).href)
    expect(text).toBe('')
  })

  it('serves the description of its routes', async () => {
    const { json } = await world.request('/openapi.json')
    expect(Object.keys((json as { paths: object }).paths)).toEqual([
      '/api/v1/identity',
      '/api/v1/operations',
      '/api/v1/operations/{operation_id}',
      '/api/v1/operations/{operation_id}/cancel',
    ])
    for (const path of ['/docs', '/redoc']) {
      const { status, headers } = await world.request(path)
      expect(status).toBe(200)
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    }
  })
})

describe('1. Endpoints: CORS', () => {
  const origin = 'https://app.example'

  it('allows any origin, with credentials, also on errors and redirects', async () => {
    for (const path of [
      `/api/v1/identity?address=0x${'ab'.repeat(20)}`,
      '/nope',
      '/api/v1/operations/',
      '/api/v1/operations/x',
    ]) {
      const { headers } = await world.request(path, { headers: { origin } })
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('access-control-allow-credentials')).toBe('true')
    }
  })

  it('sends no such headers without an origin', async () => {
    const { headers } = await world.request('/nope')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  it('answers a preflight on any path with OK', async () => {
    const { status, text, headers } = await world.request('/nope', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-y, content-type',
      },
    })
    expect(status).toBe(200)
    expect(text).toBe('OK')
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
      'access-control-allow-headers': 'x-y, content-type',
      'access-control-max-age': '600',
      vary: 'Origin',
    })
  })
})

describe('1. Endpoints: an unknown CHAIN_ID', () => {
  let lost: World

  beforeAll(async () => {
    lost = await createWorld({ chainId: 1 })
  })
  afterAll(() => lost.stop())

  it.each([
    ['POST', '/api/v1/operations', '{}'],
    ['GET', '/api/v1/operations/x', null],
    ['POST', '/api/v1/operations/x/cancel', null],
  ])('answers %s %s with 500 and a traceback without details', async (method, path, body) => {
    const { status, json } = await lost.request(path, { method, body })
    expect(status).toBe(500)
    expect(json).toEqual({ detail: 'Internal server error', traceback: expect.stringContaining('Traceback') })
    expect((json as { traceback: string }).traceback).not.toMatch(/\.ts|node:|\/src\//)
  })

  it('still returns identities and reports a body that is not JSON', async () => {
    expect((await lost.request(`/api/v1/identity?address=0x${'ab'.repeat(20)}`)).status).toBe(200)
    const headers = { 'content-type': 'application/json' }
    expect((await lost.request('/api/v1/operations', { method: 'POST', headers, body: '{' })).status).toBe(
      422,
    )
  })

  it('serves a chain whose contracts are given', async () => {
    const contracts = {
      permissions: '0x0000000000000000000000000000000000000011',
      grantees: '0x0000000000000000000000000000000000000012',
      registry: '0x0000000000000000000000000000000000000013',
    } as const
    const own = await createWorld({ chainId: 31337, contracts })
    try {
      expect((await own.post(await own.permit())).status).toBe(202)
      expect(own.chain.reads.map(({ to }) => to.slice(-2))).toEqual(['11', '12', '13', '13'])
    } finally {
      await own.stop()
    }
  })
})
