import { beforeEach, describe, expect, it } from 'vitest'
import { makeEvidence } from '../../flow/evidence.ts'
import { createEvidenceModel } from './evidence-model.ts'
import { ModelError, type ModelProvider } from './model-provider.ts'

const hourMs = 3_600_000
const { signal } = new AbortController()
const files = [Buffer.from('{"a":1}')]
const request = { prompt: 'full', promptTemplate: 'Sum {{data}} up', files, permissionId: '7' }

let now: number
let model: ModelProvider

beforeEach(() => {
  now = Date.parse('2025-09-05T00:00:00Z')
  model = createEvidenceModel({ medianMs: 1000, sigma: 0 }, () => now)
})

const create = async (): Promise<string> => (await model.create(request, signal)).id
const stateAfter = async (id: string, waitMs: number) => {
  now += waitMs
  return model.get(id, signal)
}

describe('the embedded model', () => {
  it('answers with a sentence and the evidence of template and files', async () => {
    const { output } = await stateAfter(await create(), 1000)
    expect(JSON.parse((output as string[]).join(''))).toEqual({
      answer: 'Read 1 file (7 bytes) for the task "Sum up".',
      evidence: makeEvidence('Sum {{data}} up', files),
    })
  })

  it('has the same state at a time, however often and late it is read', async () => {
    const id = await create()
    expect(await stateAfter(id, 0)).toMatchObject({ status: 'starting', startedAt: null, output: null })
    expect(await stateAfter(id, 99)).toMatchObject({ status: 'starting' })
    expect(await stateAfter(id, 1)).toMatchObject({
      status: 'processing',
      startedAt: '2025-09-05T00:00:00.100Z',
      finishedAt: null,
    })
    const finished = { status: 'succeeded', finishedAt: '2025-09-05T00:00:01.000Z' }
    expect(await stateAfter(id, 900)).toMatchObject(finished)
    expect(await stateAfter(id, 60_000)).toMatchObject(finished)
  })

  it('reports a new prediction as starting, however short its latency', async () => {
    model = createEvidenceModel({ medianMs: 0, sigma: 0 }, () => now)
    expect(await model.create(request, signal)).toMatchObject({ status: 'starting', output: null })
  })

  it('fails a drawn prediction, without an output', async () => {
    model = createEvidenceModel({ medianMs: 1000, sigma: 0, failureRate: 1 }, () => now)
    expect(await stateAfter(await create(), 1000)).toMatchObject({ status: 'failed', output: null })
  })

  it('cancels a running prediction for good', async () => {
    const id = await create()
    now += 50
    const canceled = { status: 'canceled', startedAt: null, finishedAt: '2025-09-05T00:00:00.050Z' }
    expect(await model.cancel(id, signal)).toMatchObject(canceled)
    now += 5000
    expect(await model.cancel(id, signal)).toMatchObject(canceled)
    expect(await model.get(id, signal)).toMatchObject(canceled)
  })

  it('keeps the start of a cancelled prediction', async () => {
    const id = await create()
    now += 500
    expect(await model.cancel(id, signal)).toMatchObject({ startedAt: '2025-09-05T00:00:00.100Z' })
  })

  it('does not cancel a finished prediction', async () => {
    const id = await create()
    now += 1000
    expect(await model.cancel(id, signal)).toMatchObject({ status: 'succeeded' })
  })

  it('refuses an unknown id', async () => {
    const error = new ModelError({ title: 'Not found', status: 404, detail: 'Not found.' })
    await expect(model.get('unknown', signal)).rejects.toThrow(error)
    await expect(model.cancel('unknown', signal)).rejects.toThrow(error)
    expect(error.message).toBe('ReplicateError Details:\ntitle: Not found\nstatus: 404\ndetail: Not found.')
  })

  it('drops an output after an hour and keeps the prediction', async () => {
    const id = await create()
    expect((await stateAfter(id, 1000 + hourMs - 1)).output).not.toBeNull()
    expect(await stateAfter(id, 1)).toMatchObject({ status: 'succeeded', output: null })
  })

  it('drops the oldest prediction above its limit', async () => {
    model = createEvidenceModel({ medianMs: 1000, sigma: 0 }, () => now, 100)
    const oldest = await create()
    for (let made = 1; made < 100; made++) await create()
    expect((await model.get(oldest, signal)).id).toBe(oldest)
    await create()
    await expect(model.get(oldest, signal)).rejects.toThrow('Not found')
  })
})
