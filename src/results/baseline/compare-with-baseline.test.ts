import { describe, expect, it } from 'vitest'
import { healthy, type MadeRun, makeRun, type Scenario } from '../../../test/report/realistic-run.ts'
import type { FlowRecord } from '../../flow/flow-record.ts'
import { renderJunitReport } from '../../report/junit.ts'
import { verdictOf } from '../../report/verdict.ts'
import { readFlowSamples } from '../compare/flow-samples.ts'
import type { Summary } from '../summary-schema.ts'
import { type Baseline, baselineSchema, defaultTolerances } from './baseline-schema.ts'
import { compareWithBaseline } from './compare-with-baseline.ts'
import { makeBaseline } from './make-baseline.ts'
import { baselineProblems } from './read-baseline.ts'
import { readTolerances } from './tolerances.ts'

const calm: Scenario = { ...healthy, users: 400, failureShare: 0, thresholds: [] }

/** Flows that took so many times as long. */
async function* slowed(flows: readonly FlowRecord[], factor: number): AsyncGenerator<FlowRecord> {
  for (const flow of flows) {
    const startedMs = flow.startedMs ?? flow.dueMs
    yield { ...flow, endedMs: startedMs + (flow.endedMs - startedMs) * factor }
  }
}

const sourceOf = (made: MadeRun, factor = 1) => ({ ...made, flows: () => slowed(made.flows, factor) })

const baselineOf = (...runs: [ReturnType<typeof sourceOf>, ...ReturnType<typeof sourceOf>[]]) =>
  makeBaseline(runs, { name: null, version: '0.1.0', tolerances: defaultTolerances })

async function compare(baseline: Baseline, made: MadeRun, factor = 1): Promise<Summary> {
  return compareWithBaseline(baseline, made, await readFlowSamples(slowed(made.flows, factor)))
}

const verdicts = ({ baseline }: Summary): Record<string, string> =>
  Object.fromEntries((baseline?.figures ?? []).map(({ metric, verdict }) => [metric, verdict]))

const before = makeRun(calm, 'before')
const after = makeRun(calm, 'after')

describe('compareWithBaseline', () => {
  it('passes a similar run, also after a round trip through JSON', async () => {
    const baseline = baselineSchema.parse(JSON.parse(JSON.stringify(await baselineOf(sourceOf(before)))))
    const compared = await compare(baseline, after)
    expect(verdicts(compared)).toMatchObject({ success: 'holds', 'flow.p50': 'holds', 'flow.p95': 'holds' })
    expect(compared).toMatchObject({ exitCode: 0, baseline: { passed: true } })
  })

  it('fails a slower run with exit code 4, in every report', async () => {
    const compared = await compare(await baselineOf(sourceOf(before)), after, 1.5)
    expect(verdicts(compared)).toMatchObject({ success: 'holds', 'flow.p50': 'worse', 'flow.p95': 'worse' })
    expect(compared).toMatchObject({ exitCode: 4, baseline: { passed: false } })
    expect(verdictOf(compared).headline).toBe('Failed: worse than the baseline in flow.p50, flow.p95.')
    expect(renderJunitReport({ summary: compared, config: [] })).toMatch(
      /<testcase classname="vana-load.baseline" name="flow.p50 within 20% of the baseline" time="0">\s*<failure/,
    )
  })

  it('passes a run whose difference is within the noise of its few flows', async () => {
    const few = makeRun({ ...calm, users: 12 }, 'few')
    const compared = await compare(await baselineOf(sourceOf(few)), few, 1.25)
    expect(verdicts(compared)).toMatchObject({ 'flow.p50': 'unclear', 'flow.p95': 'unclear' })
    expect(compared.exitCode).toBe(0)
  })

  it('fails a run only if it is worse than each of several runs', async () => {
    const one = await baselineOf(sourceOf(before), sourceOf(before), sourceOf(before, 1.6))
    expect(verdicts(await compare(one, after, 1.5))['flow.p50']).toBe('unclear')
    expect(verdicts(await compare(one, after, 2))['flow.p50']).toBe('worse')
  })

  it('passes a faster run, and fails a run without measurements', async () => {
    const baseline = await baselineOf(sourceOf(before))
    expect((await compare(baseline, after, 0.5)).exitCode).toBe(0)
    const failed = makeRun({ ...calm, users: 50, failureShare: 1 }, 'failed')
    expect(verdicts(await compare(baseline, failed))).toMatchObject({
      success: 'worse',
      'flow.p50': 'no-data',
    })
  })

  it('fails a run of a different test, and keeps a worse exit code', async () => {
    const baseline = await baselineOf(sourceOf(before))
    const other = await compare(baseline, makeRun({ ...calm, target: 'moksha', embedded: false }, 'after'))
    expect(other).toMatchObject({ exitCode: 4, baseline: { passed: false } })
    expect(verdictOf(other).headline).toBe('Failed: the baseline is from a different test.')
    const stopped = makeRun({ ...calm, interruptAtMs: 20_000 }, 'after')
    expect((await compare(baseline, stopped, 2)).exitCode).toBe(130)
  })
})

describe('baselineProblems', () => {
  it('lists the settings of the test that differ', async () => {
    const baseline = await baselineOf(sourceOf(before))
    const document = { values: { users: { value: 9 }, 'load.rate': { value: '3/s' } } }
    expect(baselineProblems(baseline, document, 'local')).toEqual([
      { key: 'baseline', found: 'it is from a different test. users: 400 in the baseline, 9 in this run.' },
    ])
  })
})

describe('readTolerances', () => {
  it('accepts the names of metrics in thresholds and in the summary', () => {
    const texts = ['flow.p95=20%', 'latencyMs.steps.confirm.p50 = 7.5%', 'throughput.flowsPerSecond=1%']
    expect(readTolerances(texts)).toEqual({
      tolerances: { 'flow.p95': 0.2, 'step.confirm.p50': 0.075, flowsPerSecond: 0.01 },
      problems: [],
    })
  })

  it.each(['flow.p95', 'flow.p95=20', 'flow.p95=0%', 'flow.p96=3%', '=3%'])('refuses %s', (text) => {
    expect(readTolerances([text]).problems).toHaveLength(1)
  })
})
