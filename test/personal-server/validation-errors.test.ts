import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type World } from './world.fixture.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.stop())

const url = (type: string): string => `https://errors.pydantic.dev/2.11/v/${type}`
const missing = (loc: string[], input: unknown) => ({
  type: 'missing',
  loc,
  msg: 'Field required',
  input,
  url: url('missing'),
})
const notText = (key: string, input: unknown) => ({
  type: 'string_type',
  loc: ['body', key],
  msg: 'Input should be a valid string',
  input,
  url: url('string_type'),
})
const notObject = (input: unknown) => ({
  type: 'model_attributes_type',
  loc: ['body'],
  msg: 'Input should be a valid dictionary or object to extract fields from',
  input,
  url: url('model_attributes_type'),
})
const notJson = {
  type: 'json_invalid',
  loc: ['body', expect.any(Number)],
  msg: 'JSON decode error',
  input: {},
  ctx: { error: expect.any(String) },
}
const post = (body: RequestInit['body'] | null, contentType: string | null = 'application/json') =>
  world.request('/api/v1/operations', {
    method: 'POST',
    body: body ?? null,
    headers: contentType === null ? {} : { 'content-type': contentType },
  })

describe('2. POST /operations pipeline, step 0: 422', () => {
  it.each([
    ['an empty body', null, [missing(['body'], null)]],
    ['null', 'null', [missing(['body'], null)]],
    [
      'an empty object',
      '{}',
      [missing(['body', 'app_signature'], {}), missing(['body', 'operation_request_json'], {})],
    ],
    [
      'one key of two',
      '{"app_signature":"x","more":1}',
      [missing(['body', 'operation_request_json'], { app_signature: 'x', more: 1 })],
    ],
    [
      'fields that are not text',
      '{"app_signature":1,"operation_request_json":{"permission_id":1.5}}',
      [notText('app_signature', 1), notText('operation_request_json', { permission_id: 1.5 })],
    ],
    [
      'a null field',
      '{"app_signature":null,"operation_request_json":"{}"}',
      [notText('app_signature', null)],
    ],
    ['a list', '[1]', [notObject([1])]],
    ['a text', '"x"', [notObject('x')]],
    ['a number', '5', [notObject(5)]],
    ['half an object', '{"a":', [notJson]],
    ['plain text', 'hello', [notJson]],
    ['a key without quotes', '{a:1}', [notJson]],
    ['two values', '{} {}', [notJson]],
    ['deep nesting', '['.repeat(5000), [notJson]],
  ])('describes the faults of %s', async (_name, body, detail) => {
    const { status, json } = await post(body)
    expect(status).toBe(422)
    expect(json).toEqual({ detail })
  })

  it('reads a body of another content type as text', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const { status, json } = await post('{"a":1}', type)
      expect([status, json]).toEqual([422, { detail: [notObject('{"a":1}')] }])
    }
  })

  it('reads a body of any JSON type, or without a type, as JSON', async () => {
    for (const type of ['application/json; charset=utf-8', 'application/vnd.api+json', 'APPLICATION/JSON']) {
      expect((await post('{', type)).json).toEqual({ detail: [notJson] })
    }
    // fetch sends a Buffer without a content type.
    expect((await post(Buffer.from('{'), null)).json).toEqual({ detail: [notJson] })
  })

  it('keeps the order of keys in a fault', async () => {
    expect((await post('{"app_signature":"é","x":1.5}')).text).toBe(
      `{"detail":[{"type":"missing","loc":["body","operation_request_json"],"msg":"Field required","input":{"app_signature":"é","x":1.5},"url":"${url('missing')}"}]}`,
    )
  })

  it('answers deep, valid nesting and odd characters without a crash', async () => {
    for (const body of [
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      '"\\ud800"',
      Buffer.from([0x22, 0xff, 0x22]),
    ]) {
      const { status, text } = await post(body)
      expect([422, 500]).toContain(status)
      expect(text).not.toMatch(/\.ts|node:|\/src\//)
    }
    expect((await post('{}')).status).toBe(422)
  })

  it('ignores unknown keys and accepts a body of megabytes', async () => {
    const body = {
      app_signature: 'x',
      operation_request_json: '{"permission_id":1}',
      more: 'x'.repeat(3_000_000),
    }
    expect((await post(JSON.stringify(body))).status).toBe(401)
  })
})
