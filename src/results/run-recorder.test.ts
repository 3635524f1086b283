import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FlowRecord, outcomes } from '../flow/flow-record.ts'
import { stepNames } from '../flow/steps.ts'
import { emptyDigest } from '../metrics/latency-histogram.ts'
import { noResources } from '../metrics/resources.ts'
import { noRpcCalls } from '../metrics/rpc-totals.ts'
import { createRedactor } from '../redaction/redact.ts'
import { outcomeKey, outcomeKeys, sumOutcomes } from './outcome-counts.ts'
import { noProtection } from './protection-schema.ts'
import { createRunRecorder, type RunRecorderOptions } from './run-recorder.ts'
import { runSnapshotSchema } from './snapshot-schema.ts'
import { timelineLineSchema } from './timeline-line.ts'

const run = { id: 'r', preset: null, target: 'local', seed: 1, startedAt: '2026-08-01T00:00:00.000Z' }

function recorderOf(options: Partial<RunRecorderOptions> = {}) {
  return createRunRecorder({ run, planned: 1, redact: createRedactor(), resources: null, ...options })
}

function flow(change: Partial<FlowRecord> = {}): FlowRecord {
  return {
    index: 0,
    wallet: '0x1111111111111111111111111111111111111111',
    dueMs: 0,
    startedMs: 1,
    endedMs: 1001,
    outcome: 'succeeded',
    steps: {},
    tx: null,
    verified: null,
    error: null,
    droppedBecause: null,
    ...change,
  }
}

const unknownUse = {
  cpuMs: null,
  cpuShare: null,
  cpuSharePeak: null,
  rssPeakBytes: null,
  busyShare: null,
  busySharePeak: null,
  queueDepthMean: null,
  queueDepthMax: null,
}

const failure = { code: 'CHAIN_NONCE', step: 'submit', message: 'nonce too low', retriable: true } as const

describe('createRunRecorder', () => {
  it('what users waited for is apart from how late the generator was, also when it is read back', () => {
    const recorder = recorderOf({ planned: 2 })
    const waits = { placeMs: 4000, gateMs: 200, fundingMs: 30 }
    recorder.replay(flow({ dueMs: 100, startedMs: 4332, endedMs: 4500, waits }))
    recorder.replay(flow({ index: 1, dueMs: 200, startedMs: 203, endedMs: 900 }))
    const { arrivals, latencyMs } = recorder.measurements()
    expect(arrivals.lagMs).toMatchObject({ count: 2, max: 3 })
    expect(arrivals.waits.place).toMatchObject({ count: 1, max: 4000 })
    expect(arrivals.waits.gate).toMatchObject({ count: 1, max: 200 })
    expect(arrivals.waits.funding).toMatchObject({ count: 1, max: 30 })
    expect(latencyMs.flowFromDue.max).toBeGreaterThanOrEqual(4400)
    expect(recorder.distributions([1000]).waits.place.count).toBe(1)
  })

  it('before anything happens there is nothing, said as null', () => {
    const { latencyMs, gas, rpc, resources, throughput } = recorderOf().measurements()
    expect(latencyMs.flow).toMatchObject({ count: 0, p95: null })
    expect(gas).toMatchObject({ perFlow: null, price: null, transactions: 0 })
    expect(rpc.callsPerFlow).toBeNull()
    expect(resources.cpuMsPerFlow).toBeNull()
    expect(throughput.flowsPerSecond).toBe(0)
  })

  it('every flow counts in exactly one outcome, in the totals and in the timeline', () => {
    const flows = fc.array(
      fc.record({ outcome: fc.constantFrom(...outcomes), endedMs: fc.nat(20_000), started: fc.boolean() }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(flows, (ends) => {
        const recorder = recorderOf({ planned: ends.length })
        const lines = []
        for (const [index, { outcome, endedMs, started }] of ends.entries()) {
          recorder.replay(flow({ index, outcome, endedMs: endedMs + 1, startedMs: started ? 0 : null }))
          if (index % 7 === 0) lines.push(recorder.tick(index))
        }
        lines.push(recorder.tick(ends.length))
        const { users } = recorder.measurements()
        expect(sumOutcomes(users)).toBe(ends.length)
        for (const outcome of outcomes) {
          expect(users[outcomeKey(outcome)]).toBe(ends.filter((end) => end.outcome === outcome).length)
        }
        for (const key of outcomeKeys) {
          expect(lines.reduce((sum, { ended }) => sum + ended[key], 0)).toBe(users[key])
        }
        expect(lines.at(-1)?.active).toBe(0)
      }),
    )
  })

  it('flow latency is of succeeded flows alone, from the actual and from the due start', () => {
    const recorder = recorderOf()
    recorder.replay(flow({ dueMs: 100, startedMs: 150, endedMs: 1150 }))
    recorder.replay(flow({ outcome: 'failed', error: failure, endedMs: 90_000 }))
    recorder.replay(flow({ outcome: 'degraded', error: failure, endedMs: 80_000 }))
    const { latencyMs, arrivals } = recorder.measurements()
    expect(latencyMs.flow).toMatchObject({ count: 1, max: 1000 })
    expect(latencyMs.flowFromDue).toMatchObject({ count: 1, max: 1050 })
    expect(arrivals.lagMs).toMatchObject({ count: 3, max: 50 })
  })

  it('throughput is succeeded flows from the first due start to the last end', () => {
    const recorder = recorderOf()
    recorder.replay(flow({ dueMs: 1000, startedMs: 1000, endedMs: 3000 }))
    recorder.replay(flow({ dueMs: 2000, startedMs: 2000, endedMs: 4000 }))
    recorder.replay(flow({ dueMs: 2000, startedMs: 2000, endedMs: 5000, outcome: 'failed', error: failure }))
    expect(recorder.measurements().throughput).toEqual({
      flowsPerSecond: 0.5,
      peakFlowsPerSecond: 1,
      keepsUp: null,
    })
  })

  it('users who leave as fast as they come keep up; a queue that grows shows by how much they do not', () => {
    const measured = (tookMs: (index: number) => number) => {
      const recorder = recorderOf()
      for (let index = 0; index < 300; index += 1) {
        const dueMs = index * 100
        recorder.replay(flow({ index, dueMs, startedMs: dueMs, endedMs: dueMs + tookMs(index) }))
      }
      return recorder.measurements().throughput.keepsUp
    }
    expect(measured(() => 2000)).toBeCloseTo(1, 1)
    expect(measured((index) => (index % 2 ? 2000 : 4000))).toBeGreaterThan(0.99)
    // Served at half the rate: each waits 100 ms longer than the one before.
    expect(measured((index) => 2000 + index * 100)).toBeCloseTo(0.5, 6)
  })

  it('the peak of a run longer than ten seconds is over ten seconds', () => {
    const recorder = recorderOf()
    for (let index = 0; index < 20; index += 1) recorder.replay(flow({ index, endedMs: 15_500 }))
    expect(recorder.measurements().throughput.peakFlowsPerSecond).toBe(2)
  })

  it('a step counts when it completed, also in a flow that failed later', () => {
    const recorder = recorderOf()
    recorder.replay(flow({ steps: { upload: 10, submit: 20 } }))
    recorder.replay(flow({ outcome: 'failed', error: failure, steps: { upload: 30, submit: 5000 } }))
    const { steps } = recorder.measurements().latencyMs
    expect(steps.upload).toMatchObject({ count: 2, max: 30 })
    expect(steps.submit).toMatchObject({ count: 1, max: 20 })
  })

  it('without a named step, a flow ended in the last one that it began', () => {
    const recorder = recorderOf()
    recorder.replay(flow({ outcome: 'aborted', steps: { confirm: 7, upload: 3 } }))
    const { steps } = recorder.measurements().latencyMs
    expect([steps.upload.count, steps.confirm.count]).toEqual([1, 0])
  })

  it('a group is the sum of its steps, for flows that completed them all', () => {
    const recorder = recorderOf()
    recorder.replay(flow({ steps: { upload: 100, grant: 50 } }))
    recorder.replay(flow({ steps: { upload: 100 } }))
    expect(recorder.measurements().latencyMs.groups.storage).toMatchObject({ count: 1, max: 150 })
  })

  it('gas and its price are exact sums, weighted by gas', () => {
    const recorder = recorderOf()
    const tx = { hash: '0xaa', blockNumber: 1, times: null } as const
    recorder.replay(
      flow({ tx: { ...tx, permissionId: '9', gasUsed: 300_000, gasPriceWei: 90_071_992_547_409_931n } }),
    )
    recorder.replay(flow({ tx: { ...tx, permissionId: '10', gasUsed: 100_000, gasPriceWei: 1n } }))
    const { gas, permissions } = recorder.measurements()
    expect(gas).toEqual({
      perFlow: 200_000,
      price: '67553994410557448',
      transactions: 2,
      used: '400000',
      costWei: '27021597764222979400000',
      costPerFlowWei: '13510798882111489700000',
    })
    expect(permissions).toEqual({ count: 2, first: '9', last: '10' })
  })

  it('RPC calls and CPU time are shared out over the flows that started and ended', () => {
    const used = noResources.eventLoopDelayMs
    const recorder = recorderOf({
      rpcTotals: () => ({ ...noRpcCalls, calls: 30, failed: 1, byMethod: { eth_call: 30 } }),
      resources: {
        sample: () => ({
          cpuMs: 90,
          cpuCores: 1,
          machineShare: 0.5,
          rssBytes: 1,
          heapUsedBytes: 1,
          eventLoopDelayMs: used,
        }),
        totals: () => ({ ...noResources, cpuMs: 90, rssPeakBytes: 7, rssEndBytes: 5 }),
      },
      components: {
        take: () => ({}),
        totals: () => ({ chain: { ...unknownUse, cpuMs: 30 }, model: unknownUse }),
      },
    })
    recorder.replay(flow())
    recorder.replay(flow())
    recorder.replay(flow({ outcome: 'dropped', startedMs: null, droppedBecause: 'concurrency-limit' }))
    expect(recorder.measurements().rpc.callsPerFlow).toBe(15)
    expect(recorder.measurements().resources).toMatchObject({ cpuMsPerFlow: 45, rssPeakBytes: 7 })
    expect(recorder.measurements().components).toMatchObject({
      chain: { cpuMs: 30, cpuMsPerFlow: 15 },
      model: { cpuMs: null, cpuMsPerFlow: null },
    })
  })

  it('flows that did not succeed have their own durations, by outcome, and none that never started', () => {
    const recorder = recorderOf()
    recorder.replay(flow({ outcome: 'failed', error: failure, endedMs: 501 }))
    recorder.replay(flow({ outcome: 'timed-out', error: failure, endedMs: 60_001 }))
    recorder.replay(flow({ outcome: 'dropped', startedMs: null, droppedBecause: 'concurrency-limit' }))
    const { unsuccessful } = recorder.measurements().latencyMs
    expect(Object.keys(unsuccessful)).toEqual(['failed', 'timedOut'])
    expect([unsuccessful.failed?.max, unsuccessful.timedOut?.max]).toEqual([500, 60_000])
  })

  it('how long users waited for their funds is kept, in the totals and in its second', () => {
    const wallets = { ready: 3, failed: 0, waiting: 1, transactions: 1, batchMs: emptyDigest }
    const recorder = recorderOf({ funding: () => wallets })
    recorder.fundingWaited(0)
    recorder.fundingWaited(1200)
    expect(recorder.tick(1000).funding).toEqual({ ready: 3, waiting: 1, longestWaitMs: 1200 })
    recorder.fundingWaited(30)
    expect(recorder.tick(2000).funding?.longestWaitMs).toBe(30)
    expect(recorder.tick(3000).funding?.longestWaitMs).toBeNull()
    expect(recorder.measurements().funding).toMatchObject({ ready: 3, waitMs: { count: 3, max: 1200 } })
    expect(recorderOf().measurements().funding).toBeNull()
  })

  it('each second says in what state the circuit breaker was', () => {
    let state = 'closed'
    const protection = { admittedShare: () => 1, rateLimitCount: () => 0, measurements: () => noProtection }
    const recorder = recorderOf({ protection: { ...protection, state: () => state } })
    state = 'half-open'
    expect(recorder.tick(1000).breaker).toBe('half-open')
  })

  it('each second says what share of the load may start, and how often the target set a limit in it', () => {
    let rateLimits = 3
    const protection = { state: () => 'closed', admittedShare: () => 0.25, measurements: () => noProtection }
    const recorder = recorderOf({ protection: { ...protection, rateLimitCount: () => rateLimits } })
    expect(recorder.tick(1000)).toMatchObject({ admittedShare: 0.25, rateLimits: 3 })
    rateLimits = 5
    expect(recorder.tick(2000).rateLimits).toBe(2)
  })

  it('the timeline has the RPC calls of its second, not those of the run', () => {
    let calls = 0
    const recorder = recorderOf({ rpcTotals: () => ({ ...noRpcCalls, calls }) })
    calls = 10
    expect(recorder.tick(1000).rpc.calls).toBe(10)
    calls = 14
    expect(recorder.tick(2000).rpc.calls).toBe(4)
  })

  it('a late tick says how long its interval was', () => {
    const recorder = recorderOf()
    recorder.tick(1000)
    expect(recorder.tick(3500)).toMatchObject({ atMs: 3500, spanMs: 2500 })
  })

  it('distinguishes a wrong answer from one that cannot be proven', () => {
    const recorder = recorderOf()
    recorder.replay(flow({ verified: true }))
    recorder.replay(flow({ verified: false }))
    recorder.replay(flow({ verified: null }))
    recorder.replay(flow({ verified: null, outcome: 'failed', error: failure }))
    expect(recorder.measurements().verified).toEqual({ proven: 1, refuted: 1, unknown: 1 })
  })

  it('errors carry the hint of their code, and no secret', () => {
    const redact = createRedactor()
    redact.register('hunter2hunter2')
    const recorder = recorderOf({ redact })
    recorder.replay(flow({ outcome: 'failed', error: { ...failure, message: 'used hunter2hunter2' } }))
    const snapshot = recorder.snapshot(1000)
    expect(snapshot.errors).toMatchObject([{ code: 'CHAIN_NONCE', count: 1, example: 'used [redacted]' }])
    expect(snapshot.errors[0]?.hint).not.toBe('')
    expect(JSON.stringify(snapshot)).not.toContain('hunter2')
  })

  it('the flows kept for the report are the ten slowest and a few of each failure, however many there are', () => {
    const recorder = recorderOf()
    for (let index = 0; index < 500; index += 1) {
      recorder.replay(flow({ index, endedMs: 1000 + ((index * 7919) % 500) }))
      recorder.replay(flow({ index: 1000 + index, outcome: 'failed', error: failure }))
    }
    const { slowest, unsuccessful } = recorder.measurements().notableFlows
    expect(slowest.map(({ durationMs }) => durationMs)).toEqual(
      Array.from({ length: 10 }, (_, place) => 1498 - place),
    )
    expect(unsuccessful).toHaveLength(3)
  })

  it('snapshots and timeline lines survive JSON and are of their schema', () => {
    const recorder = recorderOf()
    recorder.phase('sustain')
    recorder.replay(flow({ steps: Object.fromEntries(stepNames.map((step) => [step, 1.5])) }))
    recorder.count('retries', 2)
    const line = recorder.tick(1000)
    const snapshot = recorder.snapshot(1234)
    expect(timelineLineSchema.parse(JSON.parse(JSON.stringify(line)))).toEqual(line)
    expect(runSnapshotSchema.parse(JSON.parse(JSON.stringify(snapshot)))).toEqual(snapshot)
    expect(snapshot).toMatchObject({ phase: 'sustain', counters: { retries: 2 }, now: { active: 0 } })
  })

  it('the timeline adds up to the totals of the steps', () => {
    const durations = fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(durations, (all) => {
        const recorder = recorderOf()
        let sum = 0
        let count = 0
        for (const [index, ms] of all.entries()) {
          recorder.replay(flow({ steps: { confirm: ms } }))
          if (index % 3 !== 0) continue
          const step = recorder.tick(index).steps.confirm
          count += step?.count ?? 0
          sum += (step?.count ?? 0) * (step?.meanMs ?? 0)
        }
        const rest = recorder.tick(all.length).steps.confirm
        count += rest?.count ?? 0
        sum += (rest?.count ?? 0) * (rest?.meanMs ?? 0)
        expect(count).toBe(all.length)
        expect(sum).toBeCloseTo(
          all.reduce((a, b) => a + b),
          0,
        )
      }),
    )
  })
})
