import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recoverMessageAddress } from '../../src/crypto/recover-address.ts'
import { type ApiWorld, app, newUser, post, startApiWorld } from './api-server.fixture.ts'

let world: ApiWorld
beforeAll(async () => {
  world = await startApiWorld({ blockTime: 'instant' })
})
afterAll(() => world.stop())

const operation = {
  kind: 'OperationStatus',
  id: 'abc123',
  status: 'processing',
  started_at: '2025-09-05T12:00:00Z',
  finished_at: null,
  result: null,
}

describe('asking for inference', () => {
  it.each([
    ['a number', 7],
    ['a decimal string', '7'],
  ])(
    'signs the permission id, given as %s, as the app, and passes on what was created',
    async (_, permissionId) => {
      world.personalServer.answer({
        status: 202,
        body: { kind: 'OperationCreated', id: 'abc123', created_at: '2025-09-05T12:00:00Z' },
      })
      const answer = await post(world.apiServer(), '/api/trusted-server', { permissionId, chainId: 14800 })
      expect(answer).toMatchObject({
        status: 200,
        body: {
          success: true,
          data: { id: 'abc123', status: 'starting', createdAt: '2025-09-05T12:00:00Z' },
        },
      })
      const request = world.personalServer.requests.at(-1)
      expect([request?.method, request?.path]).toEqual(['POST', '/api/v1/operations'])
      const { app_signature: signature, operation_request_json: message } = JSON.parse(request?.body ?? '')
      expect(message).toBe('{"permission_id":7}')
      expect(recoverMessageAddress({ message, signature })).toBe(app.address)
    },
  )

  it('keeps an id beyond what a number can hold', async () => {
    world.personalServer.answer({ status: 202, body: { id: 'x', created_at: 'now' } })
    await post(world.apiServer(), '/api/trusted-server', { permissionId: '123456789012345678901234567890' })
    expect(JSON.parse(world.personalServer.requests.at(-1)?.body ?? '').operation_request_json).toBe(
      '{"permission_id":123456789012345678901234567890}',
    )
  })

  it.each([
    [{}],
    [{ permissionId: 0 }],
    [{ permissionId: -1 }],
    [{ permissionId: 1.5 }],
    [{ permissionId: '07' }],
    [{ permissionId: '1,"x":2' }],
    [{ permissionId: null }],
    [{ permissionId: 1, chainId: 1480 }],
  ])('refuses %j without asking the personal server', async (body) => {
    const asked = world.personalServer.requests.length
    expect(await post(world.apiServer(), '/api/trusted-server', body)).toMatchObject({
      status: 400,
      body: { success: false, error: { code: 'BAD_REQUEST', status: 400, retriable: false } },
    })
    expect(world.personalServer.requests.length).toBe(asked)
  })
})

describe('looking at an operation', () => {
  it('passes on status and result as they are, also those that it does not know', async () => {
    const server = world.apiServer()
    for (const [status, result] of [
      ['processing', null],
      ['succeeded', '{"answer": 1}'],
      ['succeeded', { output: 'text' }],
      ['paused-for-lunch', null],
    ]) {
      world.personalServer.answer({ status: 200, body: { ...operation, status, result } })
      expect(
        await post(server, '/api/trusted-server/poll', { operationId: 'abc123', chainId: 14800 }),
      ).toMatchObject({
        status: 200,
        body: {
          success: true,
          data: { id: 'abc123', status, result, startedAt: '2025-09-05T12:00:00Z', finishedAt: null },
        },
      })
    }
    expect(world.personalServer.requests.at(-1)).toMatchObject({
      method: 'GET',
      path: '/api/v1/operations/abc123',
    })
  })

  it.each(['../identity', 'a/b', 'a?b', '', 'x'.repeat(200)])('refuses the id %j', async (operationId) => {
    expect((await post(world.apiServer(), '/api/trusted-server/poll', { operationId })).status).toBe(400)
  })
})

describe('an error of the personal server', () => {
  const application = (code: string, detail: string) => ({
    detail: { kind: 'Error', detail, error_code: code, field: null },
  })
  const validation = { detail: [{ type: 'missing', loc: ['body', 'app_signature'], msg: 'Field required' }] }

  it.each([
    [
      400,
      application('GRANT_VALIDATION_ERROR', 'Grant has expired'),
      'GRANT_VALIDATION_ERROR',
      'Grant has expired',
      false,
    ],
    [
      401,
      application('AUTHENTICATION_ERROR', 'Invalid signature'),
      'AUTHENTICATION_ERROR',
      'Invalid signature',
      false,
    ],
    [
      404,
      application('NOT_FOUND_ERROR', "Permission '7' not found"),
      'NOT_FOUND_ERROR',
      "Permission '7' not found",
      false,
    ],
    [
      500,
      application('FILE_ACCESS_ERROR', 'Failed to download'),
      'FILE_ACCESS_ERROR',
      'Failed to download',
      true,
    ],
    [500, application('DECRYPTION_ERROR', 'MAC failed'), 'DECRYPTION_ERROR', 'MAC failed', false],
    [422, validation, 'VALIDATION_ERROR', 'body.app_signature: Field required', false],
    [404, { detail: 'Not Found' }, 'HTTP_404', 'Not Found', false],
    [502, '<html>', 'HTTP_502', 'The personal server answered HTTP 502.', true],
    [
      500,
      { detail: 'Internal server error', traceback: 'secret' },
      'HTTP_500',
      'Internal server error',
      true,
    ],
  ])('%i keeps its status, code and text', async (status, body, code, message, retriable) => {
    world.personalServer.answer({ status, body })
    const answer = await post(world.apiServer(), '/api/trusted-server', { permissionId: 7 })
    expect(answer.status).toBe(status)
    expect(answer.body).toEqual({ success: false, error: { code, message, status, retriable } })
  })

  it('that limits the rate keeps its Retry-After', async () => {
    const body = {
      detail: { detail: 'Rate limit exceeded. Try again in 17 seconds', error_code: 'RATE_LIMIT_ERROR' },
    }
    world.personalServer.answer({ status: 429, body, headers: { 'retry-after': '17' } })
    for (const path of ['/api/trusted-server', '/api/trusted-server/poll']) {
      const answer = await post(world.apiServer(), path, { permissionId: 7, operationId: 'abc' })
      expect(answer).toMatchObject({
        status: 429,
        headers: { 'retry-after': '17' },
        body: { error: { code: 'RATE_LIMIT_ERROR', retriable: true } },
      })
    }
  })

  it('that is a success of another shape is said to be one', async () => {
    world.personalServer.answer({ status: 200, body: { kind: 'Surprise' } })
    expect(await post(world.apiServer(), '/api/trusted-server', { permissionId: 7 })).toMatchObject({
      status: 502,
      body: { error: { code: 'PERSONAL_SERVER_PROTOCOL', retriable: false } },
    })
  })

  it('that does not answer is unreachable, and shows nothing of the server’s insides', async () => {
    const server = world.apiServer({ personalServerUrl: 'http://127.0.0.1:1/api/v1' })
    const answer = await post(server, '/api/trusted-server', { permissionId: 7 })
    expect(answer).toMatchObject({
      status: 502,
      body: { error: { code: 'PERSONAL_SERVER_UNREACHABLE', retriable: true } },
    })
    expect(JSON.stringify(answer.body)).not.toMatch(/stack|\.ts|node_modules/)
  })

  it('that takes too long is a time-out', async () => {
    world.personalServer.answer({ status: 0, body: 'never' })
    const server = world.apiServer({ limits: { personalServerMs: 50 } })
    expect(await post(server, '/api/trusted-server', { permissionId: 7 })).toMatchObject({
      status: 504,
      body: { error: { code: 'PERSONAL_SERVER_TIMEOUT', retriable: true } },
    })
  })
})

describe('the identity', () => {
  it('is passed on as the personal server gives it', async () => {
    const { address } = newUser()
    const identity = {
      kind: 'Identity',
      user_address: address,
      personal_server: { address, public_key: '0x04' },
    }
    world.personalServer.answer({ status: 200, body: identity })
    const answer = await world.apiServer().inject({ method: 'GET', url: `/identity?address=${address}` })
    expect([answer.statusCode, answer.json()]).toEqual([200, identity])
    expect(world.personalServer.requests.at(-1)?.path).toBe(`/api/v1/identity?address=${address}`)
  })

  it.each(['/identity', '/identity?address=0x12', '/identity?address=0x1&address=0x2'])(
    'is refused for %s',
    async (url) => {
      expect((await world.apiServer().inject({ method: 'GET', url })).statusCode).toBe(400)
    },
  )
})
