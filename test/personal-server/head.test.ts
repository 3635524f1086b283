import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applicationError, createWorld, fileIdOf, grantOf, type World } from './world.fixture.ts'

let now = Date.parse('2025-10-17T12:00:00.000Z')
let world: World

beforeAll(async () => {
  world = await createWorld({
    profile: 'head-2025-10-17',
    clock: () => now,
    model: { sigma: 0, medianMs: 1000 },
  })
})
afterAll(() => world.stop())

const signature = `0x${'1b'.repeat(65)}`
const post = (body: object) =>
  world.request('/api/v1/operations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      app_signature: signature,
      operation_request_json: '{"permission_id":1}',
      ...body,
    }),
  })
const url = (type: string): string => `https://errors.pydantic.dev/2.11/v/${type}`

describe('7. After 09-05: the profile of 2025-10-17', () => {
  it('wraps the result in an object, at every read, and never repairs it', async () => {
    const parameters = { prompt: '{{data}}', response_format: { type: 'json_object' } }
    const { json } = await world.post(await world.permit({ grant: grantOf(parameters) }))
    const path = `/api/v1/operations/${(json as { id: string }).id}`
    expect((await world.request(path)).json).toMatchObject({ status: 'starting', result: null })
    now += 1000
    const first = (await world.request(path)).json as { result: { output: string } }
    expect(first.result).toEqual({ output: expect.stringMatching(/^\{"answer":/) })
    expect((await world.request(path)).json).toEqual(first)
  })

  it('accepts a file of 5 MiB and no more', async () => {
    const limit = 5_242_880
    for (const [size, reason] of [
      [limit, 'Failed to decrypt user data: Decryption failed: no data was provided'],
      [
        limit + 1,
        `File size (${limit + 1} bytes) exceeds limit (${limit} bytes) at ${world.store.origin}/file`,
      ],
    ] as const) {
      const id = await world.permit({ fileUrls: [world.store.put('/file', Buffer.alloc(size))] })
      expect((await world.post(id)).json).toEqual(
        applicationError(`Failed to decrypt file ${fileIdOf(id)}: ${reason}`, 'DECRYPTION_ERROR'),
      )
    }
  })

  it.each([
    ['0x1b', 'too few digits'],
    ['1b'.repeat(65), 'no 0x'],
    [`0x${'zz'.repeat(65)}`, 'not hex'],
  ])('answers 422 to the signature %.20s: %s', async (app_signature) => {
    const { status, json } = await post({ app_signature })
    const pattern = '^0x[a-fA-F0-9]{130}$'
    expect(status).toBe(422)
    expect(json).toEqual({
      detail: [
        {
          type: 'string_pattern_mismatch',
          loc: ['body', 'app_signature'],
          msg: `String should match pattern '${pattern}'`,
          input: app_signature,
          ctx: { pattern },
          url: url('string_pattern_mismatch'),
        },
      ],
    })
  })

  it.each([
    ['{', 'string_too_short', 'String should have at least 2 characters', { min_length: 2 }],
    [
      'x'.repeat(100_001),
      'string_too_long',
      'String should have at most 100000 characters',
      { max_length: 100_000 },
    ],
  ])('answers 422 to a request of bad length: %.5s', async (operation_request_json, type, msg, ctx) => {
    const { status, json } = await post({ operation_request_json })
    expect(status).toBe(422)
    expect(json).toEqual({
      detail: [
        {
          type,
          loc: ['body', 'operation_request_json'],
          msg,
          input: operation_request_json,
          ctx,
          url: url(type),
        },
      ],
    })
  })

  it.each(['hello', '[]', 'null', '{}', '{"permissionId":1}'])(
    'answers 422 to a request that is not an object with permission_id: %s',
    async (operation_request_json) => {
      const { status, json } = await post({ operation_request_json })
      expect(status).toBe(422)
      expect(json).toMatchObject({
        detail: [{ type: 'value_error', loc: ['body', 'operation_request_json'], ctx: { error: {} } }],
      })
    },
  )

  it('lists the faults of a request in the order of its fields', async () => {
    const { json } = await post({ app_signature: 'x', operation_request_json: undefined })
    expect(json).toMatchObject({
      detail: [
        { type: 'string_pattern_mismatch', loc: ['body', 'app_signature'] },
        { type: 'missing', loc: ['body', 'operation_request_json'] },
      ],
    })
  })

  it('still answers 400 to the keys of its documentation', async () => {
    for (const key of ['parameters', 'operation']) {
      const { status, json } = await world.post(`{"permission_id":1,"${key}":"llm_inference"}`)
      expect(status).toBe(400)
      expect(json).toMatchObject({ detail: { error_code: 'VALIDATION_ERROR_OPERATION_REQUEST_JSON' } })
    }
  })

  it.each(['0x123', 'abc', `0X${'ab'.repeat(20)}`])('answers 422 to the address %s', async (address) => {
    const { status, json } = await world.request(`/api/v1/identity?address=${address}`)
    const pattern = '^0x[a-fA-F0-9]{40}$'
    expect(status).toBe(422)
    expect(json).toEqual({
      detail: [
        {
          type: 'string_pattern_mismatch',
          loc: ['query', 'address'],
          msg: `String should match pattern '${pattern}'`,
          input: address,
          ctx: { pattern },
          url: url('string_pattern_mismatch'),
        },
      ],
    })
  })

  it.each(['prompt_gemini_agent', 'prompt_qwen_agent'])('accepts the operation %s', async (operation) => {
    expect((await world.post(await world.permit({ grant: grantOf({}, { operation }) }))).status).toBe(202)
  })

  it('appends a placeholder to a prompt without one, and proves the prompt of the grant', async () => {
    const prompts: string[] = []
    const create = async ({ prompt, promptTemplate }: { prompt: string; promptTemplate: string }) => {
      prompts.push(prompt, promptTemplate)
      return { id: 'x', status: 'starting', createdAt: '', startedAt: null, finishedAt: null, output: null }
    }
    const watched = await createWorld({ profile: 'head-2025-10-17', provider: { create } as never })
    try {
      await watched.post(await watched.permit({ grant: grantOf({ prompt: 'Look' }), files: ['data'] }))
      expect(prompts).toEqual([`Look\n\n\ndata\n${'-'.repeat(400)}\n`, 'Look'])
    } finally {
      await watched.stop()
    }
  })

  it.each([
    [5, "'int' object has no attribute 'replace'"],
    [null, "'NoneType' object has no attribute 'replace'"],
  ])('fails on the prompt %j', async (prompt, reason) => {
    const { json } = await world.post(await world.permit({ grant: grantOf({ prompt }) }))
    expect(json).toEqual(applicationError(`Compute operation failed: ${reason}`, 'COMPUTE_ERROR'))
  })

  it('refuses filters instead of showing the model what they would hide', async () => {
    const grant = grantOf({ prompt: '{{data}}', filters: { '1': '$.a' } })
    const { status, json } = await world.post(await world.permit({ grant }))
    expect(status).toBe(500)
    expect(json).toMatchObject({ detail: { error_code: 'OPERATION_ERROR' } })
  })

  it('still answers 500 to an unknown id and to cancelling it', async () => {
    expect((await world.request('/api/v1/operations/x')).status).toBe(500)
    expect((await world.request('/api/v1/operations/x/cancel', { method: 'POST' })).status).toBe(500)
  })

  it('knows the local chain 1337, which the earlier profile does not', async () => {
    for (const [profile, status] of [
      ['head-2025-10-17', 404],
      ['main-2025-09-05', 500],
    ] as const) {
      const local = await createWorld({ profile, chainId: 1337, rpcUrl: 'http://127.0.0.1:1' })
      try {
        expect((await local.post(1n)).status).toBe(status)
      } finally {
        await local.stop()
      }
    }
  })
})
