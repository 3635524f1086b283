import { expect, it } from 'vitest'
import { errorCatalog } from '../errors/catalog.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import { errorCodeOf, metricNames, metricsOf, noFlows } from './metrics.ts'

const succeeded: FlowRecord = {
  index: 0,
  wallet: null,
  dueMs: 90,
  startedMs: 100,
  endedMs: 600,
  outcome: 'succeeded',
  steps: { data: 1, encrypt: 20 },
  tx: null,
  verified: true,
  error: null,
  droppedBecause: null,
}

it('gives no metric a name that another begins with, since conditions are replaced as text', () => {
  const others = ['vusers.created', 'vusers.completed', 'vusers.failed', 'vusers.session_length']
  const errors = Object.keys(errorCatalog).map((code) => `errors.${code}`)
  const names = [...metricNames, ...others]
  for (const name of names) {
    expect([...names, ...errors].filter((other) => other !== name && other.startsWith(name))).toEqual([])
  }
})

it('counts a successful flow once, with its duration from the start and its steps', () => {
  expect(metricsOf(succeeded)).toEqual({
    counters: { ...noFlows.counters, vana_flows_ended: 1, vana_flows_succeeded: 1 },
    histograms: { vana_flow_ms: 500, vana_step_data_ms: 1, vana_step_encrypt_ms: 20 },
  })
  expect(errorCodeOf(succeeded)).toBeNull()
})

it('omits the duration of a failed flow and of the step that failed', () => {
  const error = { code: 'CRYPTO_FAILED', step: 'encrypt', message: '', retriable: false } as const
  const failed = { ...succeeded, outcome: 'failed', error } as const
  expect(metricsOf(failed)).toEqual({
    counters: { ...noFlows.counters, vana_flows_ended: 1, vana_flows_failed: 1 },
    histograms: { vana_step_data_ms: 1 },
  })
  expect(errorCodeOf(failed)).toBe('CRYPTO_FAILED')
})

it('counts a user who never started as failed for its reason', () => {
  const dropped = { ...succeeded, startedMs: null, steps: {}, outcome: 'dropped' } as const
  expect(errorCodeOf({ ...dropped, droppedBecause: 'concurrency-limit' })).toBe('DROPPED_CONCURRENCY_LIMIT')
  expect(metricsOf(dropped).histograms).toEqual({})
})
