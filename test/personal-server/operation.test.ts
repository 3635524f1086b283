import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, grantOf, type World } from './world.fixture.ts'

const sha256 = (data: string): string => createHash('sha256').update(data).digest('hex')

let world: World
let now = Date.parse('2025-09-05T12:00:00.000Z')

beforeAll(async () => {
  world = await createWorld({ clock: () => now, model: { sigma: 0 } })
})
afterAll(() => world.stop())

describe('an operation from request to result', () => {
  it('is created, starts, is processed and succeeds with the evidence of the decrypted bytes', async () => {
    const parameters = { prompt: 'Say: {{data}}', response_format: { type: 'json_object' } }
    const files = ['{"a":1}\r\n', 'Grüße – ✓ 日本語']
    const id = await world.permit({ grant: grantOf(parameters), files })
    const created = await world.post(id)
    expect(created.status).toBe(202)
    expect(created.json).toEqual({
      kind: 'OperationCreated',
      id: expect.stringMatching(/^[a-z0-9]{26}$/),
      created_at: '2025-09-05T12:00:00.000Z',
    })
    const { id: operationId } = created.json as { id: string }
    const path = `/api/v1/operations/${operationId}`
    const status = { kind: 'OperationStatus', id: operationId, result: null }
    expect((await world.request(path)).json).toEqual({
      ...status,
      status: 'starting',
      started_at: null,
      finished_at: null,
    })
    now += 100
    expect((await world.request(path)).json).toEqual({
      ...status,
      status: 'processing',
      started_at: '2025-09-05T12:00:00.040Z',
      finished_at: null,
    })
    now += 300
    const done = (await world.request(path)).json as { result: string }
    expect(done).toEqual({
      ...status,
      status: 'succeeded',
      started_at: '2025-09-05T12:00:00.040Z',
      finished_at: '2025-09-05T12:00:00.400Z',
      result: expect.any(String),
    })
    expect(JSON.parse(done.result)).toEqual({
      answer: 'Read 2 files (34 bytes) for the task "Say:".',
      evidence: {
        promptSha256: sha256('Say: {{data}}'),
        files: files.map((file) => ({ bytes: Buffer.byteLength(file), sha256: sha256(file) })),
      },
    })
  })
})
