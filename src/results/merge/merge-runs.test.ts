import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeRun, overloaded } from '../../../test/report/realistic-run.ts'
import type { FlowRecord } from '../../flow/flow-record.ts'
import { isOfPart, shareOf } from '../../load/split.ts'
import { createRedactor } from '../../redaction/redact.ts'
import { outcomeKeys } from '../outcome-counts.ts'
import { parseThresholds } from '../parse-threshold.ts'
import { readRun } from '../read-run.ts'
import { createRunFolder } from '../run-folder.ts'
import { createRunRecorder } from '../run-recorder.ts'
import { buildSummary } from '../summary.ts'
import { summarySchema } from '../summary-schema.ts'
import { checkParts } from './check-parts.ts'
import { type EndedPart, mergeRuns } from './merge-runs.ts'

const whole = makeRun({ ...overloaded, users: 300 })
const redact = createRedactor()
const count = 2
/** How much later the second machine started. */
const laterMs = 2500
let folder = ''
let parts: EndedPart[] = []
let merged: EndedPart

/** Writes the results that one of two machines would have written for the same load. */
async function storePart(index: number): Promise<EndedPart> {
  const part = { index, count }
  const startedAt = new Date(Date.parse(whole.summary.run.startedAt) + index * laterMs)
  const id = `20260801-14223${index}-${String(index).repeat(6)}`
  const run = { ...whole.summary.run, id, startedAt: startedAt.toISOString() }
  const results = await createRunFolder({ resultsDir: folder, runId: id, redact })
  const rpc = { calls: 0, failed: 0, byMethod: { eth_call: 0 }, byEndpoint: {}, clockAheadMs: null }
  const recorder = createRunRecorder({
    run,
    planned: shareOf(300, part),
    redact,
    resources: null,
    rpcTotals: () => rpc,
  })
  const back = (flow: FlowRecord): FlowRecord => ({
    ...flow,
    dueMs: flow.dueMs - index * laterMs,
    startedMs: flow.startedMs === null ? null : flow.startedMs - index * laterMs,
    endedMs: flow.endedMs - index * laterMs,
  })
  const flows = whole.flows.filter((flow) => isOfPart(flow.index, part)).sort((a, b) => a.endedMs - b.endedMs)
  let atMs = 1000
  for (const flow of flows.map(back)) {
    for (; flow.endedMs > atMs; atMs += 1000) {
      rpc.calls += 3
      rpc.byMethod.eth_call += 3
      await results.appendTimeline(recorder.tick(atMs))
    }
    recorder.replay(flow)
    await results.appendFlow(flow)
  }
  await results.appendTimeline(recorder.tick(atMs))
  await results.writeConfig(whole.config)
  await results.writeEnvironment(whole.environment)
  const { thresholds } = parseThresholds(overloaded.thresholds)
  const wei = (amount: number) => String(amount * (index + 1))
  await results.writeSummary(
    buildSummary({
      version: '0.1.0',
      run,
      durationMs: atMs,
      part,
      thresholds,
      endedAt: new Date(startedAt.getTime() + atMs),
      measurements: recorder.measurements(),
      dependencies: whole.summary.dependencies,
      money: { fundedWei: wei(100), spentWei: wei(60), sweptWei: wei(30), leftWei: wei(10) },
    }),
  )
  await results.close()
  return ended(results.path)
}

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

async function ended(path: string): Promise<EndedPart> {
  const run = await readRun(path)
  return { ...run, summary: summarySchema.parse(run.summary) }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vana-load-merge-'))
  parts = [await storePart(0), await storePart(1)]
  const [one, two] = parts
  if (one === undefined || two === undefined) throw new Error('there are two parts')
  const { folder: made } = await mergeRuns([two, one], { resultsDir: folder, version: '0.1.0', redact })
  merged = await ended(made.path)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('mergeRuns', () => {
  it('gives the same results as a single machine', async () => {
    const { latencyMs, users, errors, gas, throughput, permissions } = merged.summary
    const expected = whole.summary
    expect(users).toEqual(expected.users)
    for (const digest of ['flow', 'flowFromDue'] as const) {
      const { p50, p95, p99, count } = expected.latencyMs[digest]
      expect(latencyMs[digest].count).toBe(count)
      for (const [is, was] of [
        [latencyMs[digest].p50, p50],
        [latencyMs[digest].p95, p95],
        [latencyMs[digest].p99, p99],
      ]) {
        expect(Math.abs((is ?? 0) / (was ?? 1) - 1)).toBeLessThan(0.002)
      }
    }
    expect(latencyMs.steps.confirm.count).toBe(expected.latencyMs.steps.confirm.count)
    expect({ gas, permissions }).toEqual({ gas: expected.gas, permissions: expected.permissions })
    expect(throughput.flowsPerSecond).toBeCloseTo(expected.throughput.flowsPerSecond, 6)
    const counts = (list: typeof errors) =>
      list.map(({ code, step, count }) => [code, step, count]).toSorted()
    expect(counts(errors)).toEqual(counts(expected.errors))
    const judged = (list: typeof expected.thresholds) =>
      list.map(({ expression, passed }) => [expression, passed])
    expect(judged(merged.summary.thresholds)).toEqual(judged(expected.thresholds))
    expect(merged.summary.run).toMatchObject({ part: null, startedAt: expected.run.startedAt })
  })

  it('converts flows and seconds to the clock of the part that started first', async () => {
    const flows = await listOf(merged.flows())
    const key = ({ index, endedMs }: FlowRecord) => `${index} ${endedMs.toFixed(3)}`
    expect(flows.map(key).toSorted()).toEqual(whole.flows.map(key).toSorted())
    expect(flows.map(({ endedMs }) => endedMs)).toEqual(
      flows.map(({ endedMs }) => endedMs).toSorted((a, b) => a - b),
    )
    const lines = await listOf(merged.timeline())
    for (const name of outcomeKeys) {
      const { [name]: planned } = whole.summary.users
      expect(lines.reduce((sum, { ended }) => sum + ended[name], 0)).toBe(planned)
    }
    const arrived = lines.reduce((sum, line) => sum + line.arrived, 0)
    expect(arrived).toBe(whole.timeline.reduce((sum, line) => sum + line.arrived, 0))
    expect(lines.at(-1)?.active).toBe(0)
  })

  it('adds up money and calls, in total and per second', async () => {
    const { money, rpc, problems } = merged.summary
    expect(money).toEqual({ fundedWei: '300', spentWei: '180', sweptWei: '90', leftWei: '30' })
    expect(problems).toEqual([])
    const calls = parts.reduce((sum, { summary }) => sum + summary.rpc.calls, 0)
    expect(rpc).toMatchObject({ calls, byMethod: { eth_call: calls } })
    const lines = await listOf(merged.timeline())
    expect(lines.reduce((sum, line) => sum + line.rpc.calls, 0)).toBe(calls)
  })
})

describe('checkParts', () => {
  it('accepts all parts of one run', () => {
    expect(checkParts(parts, false)).toEqual([])
    expect(checkParts(parts.toReversed(), false)).toEqual([])
  })

  it('rejects a duplicate part, a missing part unless allowed, another seed, and a whole run', () => {
    const [one, two] = parts
    if (one === undefined || two === undefined) throw new Error('there are two parts')
    const found = (runs: EndedPart[], allowMissing = false) =>
      checkParts(runs, allowMissing)
        .map((it) => it.found)
        .join()
    expect(found([one, one])).toContain('part 1 is duplicated')
    expect(found([one])).toContain('part 2 of 2 is missing')
    expect(found([one], true)).toBe('')
    const seeded = { ...two, summary: { ...two.summary, run: { ...two.summary.run, seed: 7 } } }
    expect(found([one, seeded])).toContain('has seed 7')
    const third = {
      ...two,
      summary: { ...two.summary, run: { ...two.summary.run, part: { index: 1, count: 3 } } },
    }
    expect(found([one, third])).toContain('is one of 3 parts')
    const elsewhere = { ...two, summary: { ...two.summary, run: { ...two.summary.run, target: 'local' } } }
    expect(found([one, elsewhere])).toContain('Target: moksha')
    expect(found([merged, one])).toContain('is not part of a split run')
  })
})
