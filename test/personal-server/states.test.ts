import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ModelProvider } from '../../src/testbed/personal-server/model-provider.ts'
import { applicationError, createWorld, grantOf, type World } from './world.fixture.ts'

let now = Date.parse('2025-09-05T12:00:00.000Z')
let world: World

beforeAll(async () => {
  world = await createWorld({ clock: () => now, model: { sigma: 0, medianMs: 1000 } })
})
afterAll(() => world.stop())

const start = async (where: World = world, parameters: object = { prompt: '{{data}}' }): Promise<string> => {
  const { json } = await where.post(await where.permit({ grant: grantOf(parameters) }))
  return `/api/v1/operations/${(json as { id: string }).id}`
}
const cancel = (path: string) => world.request(`${path}/cancel`, { method: 'POST' })
const resultOf = async (where: World, path: string): Promise<unknown> =>
  ((await where.request(path)).json as { result: unknown }).result

describe('5. Operation states and results', () => {
  it('cancels a running operation, also repeatedly', async () => {
    const path = await start()
    now += 500
    for (let times = 0; times < 2; times++) {
      const { status, text } = await cancel(path)
      expect(status).toBe(204)
      expect(text).toBe('')
    }
    now += 10_000
    expect((await world.request(path)).json).toMatchObject({ status: 'canceled', result: null })
  })

  it('does not cancel a finished operation', async () => {
    const path = await start()
    now += 1000
    const { status, json } = await cancel(path)
    expect(status).toBe(500)
    expect(json).toEqual(applicationError('Internal server error', 'INTERNAL_SERVER_ERROR'))
    expect((await world.request(path)).json).toMatchObject({ status: 'succeeded' })
  })

  it('drops the result after an hour', async () => {
    const path = await start()
    now += 1000 + 3_600_000
    expect((await world.request(path)).json).toMatchObject({ status: 'succeeded', result: null })
  })

  it('shows a failure of the model without a reason', async () => {
    const failing = await createWorld({ model: { failureRate: 1, medianMs: 0, sigma: 0 } })
    try {
      const { json } = await failing.request(await start(failing))
      expect(json).toMatchObject({ status: 'failed', result: null, finished_at: expect.any(String) })
    } finally {
      await failing.stop()
    }
  })

  describe('in json_object mode', () => {
    const parameters = { prompt: '{{data}}', response_format: { type: 'json_object' } }
    const created = { id: 'x', createdAt: '', startedAt: null, finishedAt: null }
    let said: { status: string; output: unknown } = { status: 'starting', output: null }
    const say = async () => ({ ...created, ...said })
    const provider: ModelProvider = { create: say, get: say, cancel: say }
    let json: World

    beforeAll(async () => {
      json = await createWorld({ provider })
    })
    afterAll(() => json.stop())

    it('repairs the answer at the first read that sees it, and returns it raw afterwards', async () => {
      const path = await start(json, parameters)
      const raw = "```json\n{'a': 'é'}\n```"
      said = { status: 'succeeded', output: [raw] }
      expect(await resultOf(json, path)).toBe('{"a": "\\u00e9"}')
      expect(await resultOf(json, path)).toBe(raw)
    })

    it('does not repair a partial answer, but the complete one', async () => {
      const path = await start(json, parameters)
      said = { status: 'processing', output: ["{'a'"] }
      expect(await resultOf(json, path)).toBe("{'a'")
      said = { status: 'succeeded', output: ["{'a'", ': 1}'] }
      expect(await resultOf(json, path)).toBe('{"a": 1}')
    })

    it('reports an answer that is not an object, with the status succeeded', async () => {
      const path = await start(json, parameters)
      said = { status: 'succeeded', output: 'no json' }
      const answer = (await json.request(path)).json as { status: string; result: string }
      expect(answer.status).toBe('succeeded')
      expect(JSON.parse(answer.result)).toMatchObject({ error: 'json_parse_failed', raw_response: 'no json' })
    })

    it('has no result for an empty answer', async () => {
      const path = await start(json, parameters)
      said = { status: 'succeeded', output: [] }
      expect(await resultOf(json, path)).toBeNull()
    })

    it('does not change text answers', async () => {
      const path = await start(json, { prompt: '{{data}}', response_format: { type: 'text' } })
      said = { status: 'succeeded', output: "{'a': 1}" }
      expect(await resultOf(json, path)).toBe("{'a': 1}")
    })
  })
})
