import { describe, expect, it } from 'vitest'
import { healthy, makeRun, overloaded } from '../../../test/report/realistic-run.ts'
import type { Summary } from '../../results/summary-schema.ts'
import { assessHealth } from './assess-health.ts'
import type { FinishedRun, History } from './read-history.ts'

const good = makeRun({ ...healthy, users: 60, thresholds: ['success >= 85%'] }).summary
const bad = makeRun({ ...overloaded, users: 60, failureShare: 0.9 }).summary
async function* nothing() {}
const runOf = (summary: Summary): FinishedRun => ({
  id: summary.run.id,
  path: `/results/${summary.run.id}`,
  summary,
  environment: null,
  config: null,
  flows: nothing,
  timeline: nothing,
})
const historyOf = (...summaries: Summary[]): History => {
  const finished = summaries.map(runOf)
  return { runs: finished, finished, unreadable: [] }
}
const tones = (history: History) => assessHealth(history).map(({ tone }) => tone)

describe('assessHealth', () => {
  it('is content when the last runs held their thresholds', () => {
    const findings = assessHealth(historyOf(good, good))
    expect(findings.map(({ tone }) => tone)).not.toContain('bad')
    expect(findings.at(-1)).toMatchObject({
      tone: 'good',
      text: 'All of the last 2 runs held their thresholds.',
    })
  })

  it('calls a latest run that broke its thresholds bad, and an earlier one part of the history', () => {
    expect(tones(historyOf(good, bad))).toContain('bad')
    const findings = assessHealth(historyOf(bad, good))
    expect(findings.map(({ tone }) => tone)).not.toContain('bad')
    expect(findings.at(-1)?.text).toBe('1 of the last 2 runs did not end with exit code 0.')
  })

  it('warns when the latest run is worse than every one before it', () => {
    const slower = (p95: number): Summary => ({
      ...good,
      latencyMs: { ...good.latencyMs, flow: { ...good.latencyMs.flow, p95 } },
    })
    const findings = assessHealth(historyOf(...[1000, 1100, 1200, 2200].map(slower)))
    const worse = findings.filter(({ title }) => title === 'Worse than before').map(({ text }) => text)
    expect(worse).toEqual([
      'p95 is 2.20 s, +100% against a median of 1.10 s, and worse than each of 3 runs before.',
    ])
  })

  it('warns of a generator that takes too much memory', () => {
    const fat: Summary = { ...good, resources: { ...good.resources, rssPeakBytes: 1_500_000_000 } }
    expect(assessHealth(historyOf(fat)).map(({ text }) => text)).toContain('It took 1.5 GB for 60 users.')
  })

  it('names runs without a summary and runs that can not be read', () => {
    const open = { ...runOf(good), id: 'open', summary: null }
    const findings = assessHealth({ ...historyOf(good), runs: [open, runOf(good)], unreadable: ['old'] })
    expect(findings.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['open: running, or killed.', 'old: not written by this version.']),
    )
  })

  it('says that there is nothing to assess', () => {
    expect(assessHealth(historyOf())).toMatchObject([
      { tone: 'warn', text: 'There is no run with a summary yet.' },
    ])
  })
})
