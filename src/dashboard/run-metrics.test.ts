import { describe, expect, it } from 'vitest'
import { makeRun, overloaded } from '../../test/report/realistic-run.ts'
import { LatencyHistogram } from '../metrics/latency-histogram.ts'
import { type ParsedFamily, parseMetrics } from '../metrics/parse-metrics.fixture.ts'
import { writeMetrics } from '../metrics/prometheus-text.ts'
import { createRedactor } from '../redaction/redact.ts'
import { createRunRecorder, type RunDistributions } from '../results/run-recorder.ts'
import { createLiveRun } from './live-run.ts'
import { runMetrics } from './run-metrics.ts'

const begin = () =>
  createLiveRun({
    tool: { name: 'vana-load', version: '1.2.3' },
    asked: { preset: null, target: 'local', seed: '1', users: 9 },
    thresholds: overloaded.thresholds,
    now: () => 0,
  })

const { summary, snapshots, flows } = makeRun({ ...overloaded, embedded: true, users: 150 })

function distributions(): (bounds: readonly number[]) => RunDistributions {
  const recorder = createRunRecorder({
    run: summary.run,
    planned: 150,
    redact: createRedactor(),
    resources: null,
  })
  for (const flow of flows) recorder.replay(flow)
  return (bounds) => recorder.distributions(bounds)
}

const read = (live: ReturnType<typeof begin>, format: 'prometheus' | 'openmetrics' = 'prometheus') =>
  parseMetrics(writeMetrics(runMetrics(live.state(), distributions()), format), format === 'openmetrics')

const valuesOf = (families: ParsedFamily[], name: string, label: string) =>
  Object.fromEntries(
    families
      .find((family) => family.name === name)
      ?.samples.map(({ labels, value }) => [labels[label], value]) ?? [],
  )

describe('runMetrics', () => {
  it('exists before the first user', () => {
    const families = parseMetrics(writeMetrics(runMetrics(begin().state(), null), 'prometheus'), false)
    expect(valuesOf(families, 'vana_load_run_stage', 'stage')).toMatchObject({ preparing: 1, running: 0 })
    expect(families.map(({ name }) => name)).toContain('process_cpu_seconds_total')
  })

  it.each(['prometheus', 'openmetrics'] as const)(
    'keeps to the grammar of %s, and says what the summary says',
    (format) => {
      const live = begin()
      for (const snapshot of snapshots) live.update(snapshot)
      const families = read(live, format)
      const ending = format === 'prometheus' ? '_total' : ''
      const { started: _started, planned: _planned, ...outcomes } = summary.users
      expect(valuesOf(families, `vana_load_flows_ended${ending}`, 'outcome')).toEqual(outcomes)
      const errors = summary.errors.reduce((sum, { count }) => sum + count, 0)
      const counted = families.find(({ name }) => name === `vana_load_errors${ending}`)?.samples ?? []
      expect(counted.reduce((sum, { value }) => sum + value, 0)).toBe(errors)
      const flow = families.find(({ name }) => name === 'vana_load_flow_duration_seconds')?.samples ?? []
      expect(flow.find(({ name }) => name.endsWith('_count'))?.value).toBe(summary.users.succeeded)
    },
  )

  it('only increases counters during a run', () => {
    const live = begin()
    const last = new Map<string, number>()
    for (const snapshot of snapshots.filter((_snapshot, index) => index % 8 === 0)) {
      live.update(snapshot)
      for (const { type, samples } of read(live)) {
        for (const { name, labels, value } of type === 'counter' ? samples : []) {
          const key = name + JSON.stringify(labels)
          expect(value, key).toBeGreaterThanOrEqual(last.get(key) ?? 0)
          last.set(key, value)
        }
      }
    }
    expect(last.size).toBeGreaterThan(12)
  })

  it('has no more series after more users', () => {
    const series = (users: number) => {
      const live = begin()
      const made = makeRun({ ...overloaded, embedded: true, users, errorText: 'no message is a label' })
      for (const snapshot of made.snapshots.slice(-1)) live.update(snapshot)
      return read(live).flatMap(({ name, samples }) =>
        samples.map(({ labels }) => name + JSON.stringify(labels)),
      )
    }
    const [few, many] = [series(100), series(400)]
    expect(many.length).toBeLessThan(few.length + 15)
    expect(many.join()).not.toMatch(/0x[0-9a-f]{40}|no message/)
  })
})

describe('LatencyHistogram.distribution', () => {
  it('counts durations up to each bound', () => {
    const histogram = new LatencyHistogram()
    for (const ms of [0, 1, 5, 5, 40, 1e9]) histogram.record(ms)
    expect(histogram.distribution([1, 10, 100])).toEqual({ counts: [2, 4, 5], count: 6, sumMs: 1e9 + 51 })
    expect(new LatencyHistogram().distribution([1])).toEqual({ counts: [0], count: 0, sumMs: 0 })
  })
})
