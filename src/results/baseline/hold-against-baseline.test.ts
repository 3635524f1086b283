import { describe, expect, it } from 'vitest'
import { healthy, type MadeRun, makeRun, type Scenario } from '../../../test/report/realistic-run.ts'
import type { FlowRecord } from '../../flow/flow-record.ts'
import { renderJunitReport } from '../../report/junit.ts'
import { verdictOf } from '../../report/verdict.ts'
import { readFlowSamples } from '../compare/flow-samples.ts'
import type { Summary } from '../summary-schema.ts'
import { type Baseline, baselineSchema, defaultTolerances } from './baseline-schema.ts'
import { holdAgainstBaseline } from './hold-against-baseline.ts'
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

async function hold(baseline: Baseline, made: MadeRun, factor = 1): Promise<Summary> {
  return holdAgainstBaseline(baseline, made, await readFlowSamples(slowed(made.flows, factor)))
}

const verdicts = ({ baseline }: Summary): Record<string, string> =>
  Object.fromEntries((baseline?.figures ?? []).map(({ metric, verdict }) => [metric, verdict]))

const before = makeRun(calm, 'before')
const after = makeRun(calm, 'after')

describe('holdAgainstBaseline', () => {
  it('lets a run pass that is alike, and survives JSON', async () => {
    const baseline = baselineSchema.parse(JSON.parse(JSON.stringify(await baselineOf(sourceOf(before)))))
    const held = await hold(baseline, after)
    expect(verdicts(held)).toMatchObject({ success: 'holds', 'flow.p50': 'holds', 'flow.p95': 'holds' })
    expect(held).toMatchObject({ exitCode: 0, baseline: { passed: true } })
  })

  it('fails a run that is slower, with exit code 4, and says so in every report', async () => {
    const held = await hold(await baselineOf(sourceOf(before)), after, 1.5)
    expect(verdicts(held)).toMatchObject({ success: 'holds', 'flow.p50': 'worse', 'flow.p95': 'worse' })
    expect(held).toMatchObject({ exitCode: 4, baseline: { passed: false } })
    expect(verdictOf(held).headline).toBe('No, it is worse than the baseline: flow.p50, flow.p95.')
    expect(renderJunitReport({ summary: held, config: [] })).toMatch(
      /<testcase classname="vana-load.baseline" name="flow.p50 within 20% of the baseline" time="0">\s*<failure/,
    )
  })

  it('does not fail a run for what so few flows can not show', async () => {
    const few = makeRun({ ...calm, users: 12 }, 'few')
    const held = await hold(await baselineOf(sourceOf(few)), few, 1.25)
    expect(verdicts(held)).toMatchObject({ 'flow.p50': 'unclear', 'flow.p95': 'unclear' })
    expect(held.exitCode).toBe(0)
  })

  it('fails a run only when it is worse than each of several runs', async () => {
    const one = await baselineOf(sourceOf(before), sourceOf(before), sourceOf(before, 1.6))
    expect(verdicts(await hold(one, after, 1.5))['flow.p50']).toBe('unclear')
    expect(verdicts(await hold(one, after, 2))['flow.p50']).toBe('worse')
  })

  it('lets a faster run pass, and fails one of which nothing was measured', async () => {
    const baseline = await baselineOf(sourceOf(before))
    expect((await hold(baseline, after, 0.5)).exitCode).toBe(0)
    const failed = makeRun({ ...calm, users: 50, failureShare: 1 }, 'failed')
    expect(verdicts(await hold(baseline, failed))).toMatchObject({ success: 'worse', 'flow.p50': 'no-data' })
  })

  it('fails a run of another test, and leaves a worse exit code as it is', async () => {
    const baseline = await baselineOf(sourceOf(before))
    const other = await hold(baseline, makeRun({ ...calm, target: 'moksha', embedded: false }, 'after'))
    expect(other).toMatchObject({ exitCode: 4, baseline: { passed: false } })
    expect(verdictOf(other).headline).toBe('No: the baseline is of another test.')
    const stopped = makeRun({ ...calm, interruptAtMs: 20_000 }, 'after')
    expect((await hold(baseline, stopped, 2)).exitCode).toBe(130)
  })
})

describe('baselineProblems', () => {
  it('are what a run to be made is asked differently', async () => {
    const baseline = await baselineOf(sourceOf(before))
    const document = { values: { users: { value: 9 }, 'load.rate': { value: '3/s' } } }
    expect(baselineProblems(baseline, document, 'local')).toEqual([
      { key: 'baseline', found: 'it is of another test. users: 400 in the baseline, 9 in this run.' },
    ])
  })
})

describe('readTolerances', () => {
  it('reads metrics by the names of thresholds and of the summary', () => {
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
