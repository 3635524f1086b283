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
const notJson = (position: number, error: string) => ({
  type: 'json_invalid',
  loc: ['body', position],
  msg: 'JSON decode error',
  input: {},
  ctx: { error },
})
const post = (body: RequestInit['body'] | null, contentType: string | null = 'application/json') =>
  world.request('/api/v1/operations', {
    method: 'POST',
    body: body ?? null,
    headers: contentType === null ? {} : { 'content-type': contentType },
  })

describe('2. POST /operations pipeline, step 0: 422', () => {
  it.each([
    ['no body', null, [missing(['body'], null)]],
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
      'no texts',
      '{"app_signature":1,"operation_request_json":{"permission_id":1.5}}',
      [notText('app_signature', 1), notText('operation_request_json', { permission_id: 1.5 })],
    ],
    ['null texts', '{"app_signature":null,"operation_request_json":"{}"}', [notText('app_signature', null)]],
    ['a list', '[1]', [notObject([1])]],
    ['a text', '"x"', [notObject('x')]],
    ['a number', '5', [notObject(5)]],
    ['half of it', '{"a":', [notJson(5, 'Expecting value')]],
    ['no JSON', 'hello', [notJson(0, 'Expecting value')]],
    ['a key without quotes', '{a:1}', [notJson(1, 'Expecting property name enclosed in double quotes')]],
    ['two values', '{} {}', [notJson(3, 'Extra data')]],
  ])('describes the faults of %s', async (_name, body, detail) => {
    const { status, json } = await post(body)
    expect(status).toBe(422)
    expect(json).toEqual({ detail })
  })

  it('takes a body of another content type for text', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'nonsense']) {
      const { status, json } = await post('{"a":1}', type)
      expect(status).toBe(422)
      expect(json).toEqual({ detail: [notObject('{"a":1}')] })
    }
  })

  it('takes a body of any JSON type, or of none, for JSON', async () => {
    for (const type of ['application/json; charset=utf-8', 'application/vnd.api+json', 'APPLICATION/JSON']) {
      expect((await post('{', type)).json).toMatchObject({ detail: [{ type: 'json_invalid' }] })
    }
    // A Buffer makes fetch send no content type.
    expect((await post(Buffer.from('{'), null)).json).toMatchObject({ detail: [{ type: 'json_invalid' }] })
  })

  it('gives the keys of a fault in the order of the original', async () => {
    expect((await post('{"app_signature":"é","x":1.0}')).text).toBe(
      `{"detail":[{"type":"missing","loc":["body","operation_request_json"],"msg":"Field required","input":{"app_signature":"é","x":1.0},"url":"${url('missing')}"}]}`,
    )
  })

  it('reads JSON in UTF-16, too, and half a surrogate pair where it need not be said back', async () => {
    expect((await post(Buffer.from('{"a":', 'utf16le'))).json).toEqual({
      detail: [notJson(5, 'Expecting value')],
    })
    const body = '{"app_signature":"x","operation_request_json":"{}","more":"\\ud800"}'
    expect((await post(body)).status).toBe(400)
  })

  it.each<[string, string | Buffer, string | undefined]>([
    ['NaN', '{"app_signature":NaN}', undefined],
    ['a number past the greatest', '[-1e999]', undefined],
    ['half a surrogate pair', '{"x":"\\ud800"}', undefined],
    [
      'a signature with half a surrogate pair',
      '{"app_signature":"\\udfff","operation_request_json":"{}"}',
      undefined,
    ],
    ['bytes that are no text and need not be JSON', Buffer.from([0xff]), 'text/plain'],
  ])(
    'fails, with a traceback that tells nothing, on a fault whose input it cannot say back: %s',
    async (_name, body, type) => {
      const { status, json } = await post(body, type)
      expect(status).toBe(500)
      expect(json).toEqual({
        detail: 'Internal server error',
        traceback: expect.stringMatching(/^Traceback/),
      })
      expect((json as { traceback: string }).traceback).not.toMatch(/\.ts|node:|\/src\//)
    },
  )

  it('says integers back as they came, and of equal keys the last', async () => {
    const digits = '123456789'.repeat(20)
    expect((await post(`{"a":1,"app_signature":"x","a":[${digits},1.0,1e3]}`)).text).toContain(
      `"input":{"a":[${digits},1.0,1000.0],"app_signature":"x"}`,
    )
  })

  it('answers 400 for a body that is not UTF-8, or nested too deep', async () => {
    for (const body of [Buffer.from([0x7b, 0xff]), '['.repeat(5000), '1'.repeat(4301)]) {
      const { status, json } = await post(body)
      expect(status).toBe(400)
      expect(json).toEqual({ detail: 'There was an error parsing the body' })
    }
  })

  it('tolerates a byte order mark', async () => {
    expect((await post('\ufeff{}')).json).toMatchObject({
      detail: [{ type: 'missing' }, { type: 'missing' }],
    })
  })

  it('ignores keys that it does not know, and takes a body of any size', async () => {
    const body = {
      app_signature: 'x',
      operation_request_json: '{"permission_id":1}',
      more: 'x'.repeat(3_000_000),
    }
    expect((await post(JSON.stringify(body))).status).toBe(401)
  })
})
