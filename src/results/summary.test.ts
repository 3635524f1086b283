import { describe, expect, it } from 'vitest'
import type { FlowRecord } from '../flow/flow-record.ts'
import { createRedactor } from '../redaction/redact.ts'
import { dependenciesOf } from './environment.ts'
import { evaluateThresholds, findAbort } from './evaluate-thresholds.ts'
import { exitCodeOf } from './exit-code.ts'
import { parseThresholds } from './parse-threshold.ts'
import { createRunRecorder } from './run-recorder.ts'
import { buildSummary, type SummaryParts } from './summary.ts'
import { type StopReason, summaryJsonSchema, summarySchema } from './summary-schema.ts'

const run = { id: 'r', preset: 'smoke', target: 'local', seed: 'x', startedAt: '2026-08-01T00:00:00.000Z' }

const succeeded: FlowRecord = {
  index: 0,
  wallet: null,
  dueMs: 0,
  startedMs: 0,
  endedMs: 2000,
  outcome: 'succeeded',
  steps: { confirm: 1500 },
  tx: null,
  verified: true,
  error: null,
  droppedBecause: null,
}

function measured(planned: number, flows: FlowRecord[]) {
  const recorder = createRunRecorder({ run, planned, redact: createRedactor(), resources: null })
  for (const flow of flows) recorder.replay(flow)
  return recorder.measurements()
}

function summaryOf(change: Partial<SummaryParts> = {}) {
  return buildSummary({
    version: '0.1.0',
    run,
    endedAt: new Date('2026-08-01T00:00:02Z'),
    durationMs: 2000,
    measurements: measured(1, [succeeded]),
    dependencies: dependenciesOf({ embedded: ['chain'] }),
    ...change,
  })
}

describe('buildSummary', () => {
  it('matches its schema, even after a round trip through JSON', () => {
    const summary = summaryOf({ thresholds: parseThresholds(['flow.p95 < 45s']).thresholds })
    expect(summarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary)
    expect(summary).toMatchObject({
      exitCode: 0,
      problems: [],
      dependencies: { chain: 'embedded', storage: 'real' },
    })
  })

  it('has every name that tools rely on', () => {
    const summary: unknown = JSON.parse(JSON.stringify(summaryOf()))
    const names = [
      'schemaVersion',
      ...['id', 'preset', 'target', 'seed', 'startedAt', 'endedAt', 'durationMs'].map(
        (name) => `run.${name}`,
      ),
      ...['planned', 'started', 'succeeded', 'failed', 'timedOut', 'aborted', 'dropped', 'degraded'].map(
        (name) => `users.${name}`,
      ),
      'throughput.flowsPerSecond',
      'throughput.peakFlowsPerSecond',
      ...['flow', 'flowFromDue', 'steps.confirm'].flatMap((name) =>
        ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'max'].map(
          (statistic) => `latencyMs.${name}.${statistic}`,
        ),
      ),
      ...['p50', 'p99', 'max'].map((name) => `arrivals.lagMs.${name}`),
      'errors',
      ...['calls', 'callsPerFlow', 'byMethod'].map((name) => `rpc.${name}`),
      ...['fundedWei', 'spentWei', 'sweptWei', 'leftWei'].map((name) => `money.${name}`),
      ...['perFlow', 'price'].map((name) => `gas.${name}`),
      ...['cpuMsPerFlow', 'rssPeakBytes', 'eventLoopDelayMs.p99'].map((name) => `resources.${name}`),
      'thresholds',
      'exitCode',
    ]
    for (const name of names) {
      const value = name
        .split('.')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], summary)
      expect(value, name).toBeDefined()
    }
  })

  it('reports unaccounted users as a problem with exit code 1', () => {
    const summary = summaryOf({ measurements: measured(3, [succeeded]) })
    expect(summary.problems).toMatchObject([{ code: 'INTERNAL' }])
    expect(summary.problems[0]?.message).toContain('3 users were planned, but 1 ended')
    expect(summary.exitCode).toBe(1)
  })

  it('reports an unaccounted wei as a problem with exit code 1', () => {
    const money = {
      fundedWei: '100000000000000000001',
      spentWei: '40000000000000000000',
      sweptWei: '60000000000000000000',
      leftWei: '0',
    }
    expect(summaryOf({ money }).problems).toMatchObject([{ code: 'MONEY_MISMATCH' }])
    expect(summaryOf({ money }).exitCode).toBe(1)
    expect(summaryOf({ money: { ...money, leftWei: '1' } }).problems).toEqual([])
    expect(summaryOf({ money: { ...money, leftWei: null } }).problems).toEqual([])
  })

  it('has exit code 4 if a threshold fails', () => {
    const { thresholds } = parseThresholds(['flow.p95 < 1s', 'success >= 100%'])
    const summary = summaryOf({ thresholds })
    expect(summary.thresholds.map(({ verdict }) => verdict)).toEqual(['fail', 'pass'])
    expect(summary.exitCode).toBe(4)
  })
})

describe('evaluateThresholds', () => {
  it('fails a threshold without data', () => {
    const texts = [
      'step.upload.p95 < 10s',
      'flow.p95 < 45s',
      'success >= 0%',
      'dropped < 1%',
      'rpc.callsPerFlow < 9',
      'money.spent < 1VANA',
    ]
    const { thresholds } = parseThresholds(texts)
    for (const result of evaluateThresholds(thresholds, measured(1, []))) {
      expect(result).toMatchObject({ actual: null, passed: false, verdict: 'no-data' })
    }
  })

  it('ends a run for a threshold with abort, but not before its time, if it holds, or without data', () => {
    const failed: FlowRecord = {
      ...succeeded,
      outcome: 'failed',
      error: { code: 'CHAIN_NONCE', step: 'submit', message: 'm', retriable: true },
    }
    const texts = ['flow.p95 < 1s abort', 'success >= 85% abort after 30s', 'success >= 99%']
    const { thresholds } = parseThresholds(texts)
    const abortAt = (elapsedMs: number, flows: FlowRecord[]) =>
      findAbort(thresholds, measured(9, flows), elapsedMs)?.expression
    expect(abortAt(29_000, [failed])).toBeUndefined()
    expect(abortAt(30_000, [failed])).toBe('success >= 85% abort after 30s')
    expect(abortAt(30_000, [])).toBeUndefined()
    expect(abortAt(0, [succeeded])).toBe('flow.p95 < 1s abort')
  })

  it('compares a count with a number or a share of the arrivals', () => {
    const dropped: FlowRecord = { ...succeeded, outcome: 'dropped', startedMs: null, droppedBecause: 'x' }
    const measurements = measured(4, [succeeded, succeeded, succeeded, dropped])
    const { thresholds } = parseThresholds([
      'dropped <= 1',
      'dropped <= 25%',
      'dropped < 25%',
      'success == 75%',
    ])
    expect(
      evaluateThresholds(thresholds, measurements).map(({ actual, passed }) => [actual, passed]),
    ).toEqual([
      [1, true],
      [0.25, true],
      [0.25, false],
      [0.75, true],
    ])
  })

  it('counts errors by code, and by code and step', () => {
    const failed = (step: 'submit' | 'confirm'): FlowRecord => ({
      ...succeeded,
      outcome: 'failed',
      error: { code: 'CHAIN_NONCE', step, message: 'm', retriable: true },
    })
    const measurements = measured(3, [failed('submit'), failed('submit'), failed('confirm')])
    const texts = [
      'errors == 3',
      'errors.CHAIN_NONCE == 3',
      'errors.CHAIN_NONCE.submit == 2',
      'errors.TX_REVERTED == 0',
    ]
    const results = evaluateThresholds(parseThresholds(texts).thresholds, measurements)
    expect(results.map(({ passed }) => passed)).toEqual([true, true, true, true])
  })
})

describe('exitCodeOf', () => {
  const held = { stopped: null, problems: [], thresholds: [{ passed: true }] }
  const own = { code: 'MONEY_MISMATCH' }
  const ofTarget = { code: 'CHAIN_UNREACHABLE' }
  const stopped = (reason: StopReason) => ({ ...held, stopped: { reason, message: '' } })

  it.each([
    ['all held', held, 0],
    ['a threshold failed', { ...held, thresholds: [{ passed: false }] }, 4],
    ['a guarantee was broken', { ...held, problems: [own], thresholds: [{ passed: false }] }, 1],
    ['the breaker stopped it', { ...stopped('circuit-breaker'), thresholds: [{ passed: false }] }, 5],
    ['the spending cap stopped it', stopped('spending-cap'), 5],
    ['a threshold ended it', stopped('threshold'), 4],
    ['it ended in an error', stopped('error'), 1],
    ['it was interrupted', { ...stopped('interrupted'), problems: [own] }, 130],
    ['the target kept funds', { ...held, problems: [ofTarget] }, 3],
    ['it also broke a guarantee', { ...held, problems: [ofTarget, own] }, 1],
    ['a threshold also failed', { ...held, problems: [ofTarget], thresholds: [{ passed: false }] }, 4],
    ['the spending cap also stopped it', { ...stopped('spending-cap'), problems: [ofTarget] }, 5],
    ['it lost its target', { ...stopped('target-lost'), problems: [ofTarget] }, 3],
  ] as const)('%s: %#', (_name, state, code) => {
    expect(exitCodeOf(state)).toBe(code)
  })
})

it('states its version in the JSON Schema, which allows additional names', () => {
  const schema = summaryJsonSchema() as {
    properties: Record<string, unknown>
    required: string[]
    $schema: string
  }
  expect(schema.$schema).toContain('2020-12')
  expect(schema.properties.schemaVersion).toMatchObject({ const: 1 })
  expect(schema.required).toEqual(expect.arrayContaining(['run', 'users', 'latencyMs', 'errors', 'exitCode']))
})
