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

  it('is a pure function of the time: a state is the same however often and late it is read', async () => {
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

  it('calls a new prediction starting, however short its latency', async () => {
    model = createEvidenceModel({ medianMs: 0, sigma: 0 }, () => now)
    expect(await model.create(request, signal)).toMatchObject({ status: 'starting', output: null })
  })

  it('fails when it was drawn to, without an output', async () => {
    model = createEvidenceModel({ medianMs: 1000, sigma: 0, failureRate: 1 }, () => now)
    expect(await stateAfter(await create(), 1000)).toMatchObject({ status: 'failed', output: null })
  })

  it('cancels what has not finished, once and for all', async () => {
    const id = await create()
    now += 50
    const canceled = { status: 'canceled', startedAt: null, finishedAt: '2025-09-05T00:00:00.050Z' }
    expect(await model.cancel(id, signal)).toMatchObject(canceled)
    now += 5000
    expect(await model.cancel(id, signal)).toMatchObject(canceled)
    expect(await model.get(id, signal)).toMatchObject(canceled)
  })

  it('tells when a prediction that was cancelled had started', async () => {
    const id = await create()
    now += 500
    expect(await model.cancel(id, signal)).toMatchObject({ startedAt: '2025-09-05T00:00:00.100Z' })
  })

  it('does not cancel what has finished', async () => {
    const id = await create()
    now += 1000
    expect(await model.cancel(id, signal)).toMatchObject({ status: 'succeeded' })
  })

  it('refuses an id that it never gave', async () => {
    const error = new ModelError({ title: 'Not found', status: 404, detail: 'Not found.' })
    await expect(model.get('unknown', signal)).rejects.toThrow(error)
    await expect(model.cancel('unknown', signal)).rejects.toThrow(error)
    expect(error.message).toBe('ReplicateError Details:\ntitle: Not found\nstatus: 404\ndetail: Not found.')
  })

  it('forgets an output an hour after it was finished, and the prediction not yet', async () => {
    const id = await create()
    expect((await stateAfter(id, 1000 + hourMs - 1)).output).not.toBeNull()
    expect(await stateAfter(id, 1)).toMatchObject({ status: 'succeeded', output: null })
  })

  it('forgets the oldest prediction when it holds more than its limit', async () => {
    model = createEvidenceModel({ medianMs: 1000, sigma: 0 }, () => now, 100)
    const oldest = await create()
    for (let made = 1; made < 100; made++) await create()
    expect((await model.get(oldest, signal)).id).toBe(oldest)
    await create()
    await expect(model.get(oldest, signal)).rejects.toThrow('Not found')
  })
})
