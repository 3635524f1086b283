import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { nextCapacityMove } from '../../src/load/capacity-search.ts'
import { capacityDocument } from '../../src/report/capacity/capacity-document.ts'
import { formatRate } from '../../src/report/format-value.ts'
import { printHtml } from '../../src/report/html/print-html.ts'
import { printMarkdown } from '../../src/report/markdown/print-markdown.ts'
import { printTerminal } from '../../src/report/terminal/print-terminal.ts'
import { type Capacity, capacitySchema, exitCodeOfCapacity } from '../../src/results/capacity-schema.ts'
import { findBottleneck } from '../../src/results/find-bottleneck.ts'
import { stepOf } from '../../src/run/capacity-step.ts'
import { healthy, makeRun } from './realistic-run.ts'

/** A complete search over simulated runs of a stack with a limited server. */
function madeUpSearch(change: Partial<Capacity['search']> = {}): Capacity {
  const settings = { startPerSecond: 2, maxPerSecond: 64, precision: 0.25 }
  const steps: Capacity['steps'] = []
  const summaries = []
  for (;;) {
    const move = nextCapacityMove(settings, steps)
    if (move.kind === 'done') {
      const { kind: _kind, ...capacity } = move
      const broken = summaries[steps.findIndex((step) => step.ratePerSecond === move.brokeAtPerSecond)]
      const holding = summaries[0]
      const [first] = summaries
      if (broken === undefined || holding === undefined || first === undefined) throw new Error('no bracket')
      const search = {
        id: 'capacity-20260801-142233-7f3k9a',
        preset: 'smoke',
        target: 'local',
        seed: '1',
        startedAt: '2026-08-01T14:22:33.000Z',
        endedAt: '2026-08-01T14:30:33.000Z',
        durationMs: 480_000,
        startPerSecond: 2,
        maxPerSecond: 64,
        stepMs: 30_000,
        stopped: null,
        ...change,
      }
      return {
        schemaVersion: 1,
        kind: 'capacity',
        tool: first.tool,
        search,
        dependencies: first.dependencies,
        capacity,
        brokeFirst: {
          ...findBottleneck(holding, broken, 'direct'),
          thresholds: broken.thresholds.filter(({ passed }) => !passed),
        },
        steps,
        money: first.money,
        problems: [],
        exitCode: exitCodeOfCapacity({ search, capacity, problems: [] }),
      }
    }
    const { summary } = makeRun({
      ...healthy,
      users: 120,
      failureShare: 0,
      ratePerSecond: move.ratePerSecond,
      serverSlots: 40,
      thresholds: ['success >= 99%', 'flow.p95 < 20s'],
    })
    summaries.push(summary)
    steps.push(stepOf(move.ratePerSecond, move.purpose, summary))
  }
}

const found = madeUpSearch()

describe('a search for the capacity', () => {
  it('matches its schema after a round trip through JSON', () => {
    expect(capacitySchema.parse(JSON.parse(JSON.stringify(found)))).toEqual(found)
  })

  it('prints the rate, its confidence, what broke first, and every step', () => {
    const text = printTerminal(capacityDocument(found), { columns: 100, colors: pc.createColors(false) })
    expect(text).toContain(`The capacity is ${formatRate(found.capacity.ratePerSecond)} users per second.`)
    expect(text).toContain('confidence 80%')
    expect(text).toContain('the personal server')
    expect(text.match(/ (?:✔ holds|✖ breaks) /g)).toHaveLength(found.steps.length)
    expect(text).not.toMatch(/NaN|undefined|null|\[object/)
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(100)
  })

  it('has a row for every step in Markdown, with a link to its report', () => {
    const text = printMarkdown(capacityDocument(found))
    expect(text.match(/^\| \d+ \|/gm)).toHaveLength(found.steps.length)
    expect(text).toContain('/report.html>)')
    expect(text).not.toMatch(/NaN|undefined|null|\[object/)
  })

  it('has a page with every rate, every step with a link to its report, the confidence, and what broke first', () => {
    const page = printHtml(capacityDocument(found))
    const rates = new Set(found.steps.map(({ ratePerSecond }) => ratePerSecond))
    const [rateRows = '', stepRows = ''] = page.match(/<tbody>.*?<\/tbody>/gs) ?? []
    expect(rateRows.match(/<tr>/g)).toHaveLength(rates.size)
    expect(stepRows.match(/<tr>/g)).toHaveLength(found.steps.length)
    for (const { runId } of found.steps) expect(page).toContain(`<a href="${runId}/report.html">`)
    expect(page).toContain(`The capacity is ${formatRate(found.capacity.ratePerSecond)} users per second.`)
    expect(page).toContain('<p class="value">80%</p>')
    expect(page).toContain('<p class="value">personal server</p>')
    expect(page).not.toMatch(/NaN|undefined|null|\[object|<script/)
  })

  it('says on its page that nothing was measured, and escapes problems', () => {
    const nothing = {
      ...found.capacity,
      ratePerSecond: null,
      brokeAtPerSecond: null,
      runs: 0,
      held: 0,
      confidence: null,
    }
    const problems = [{ code: 'INTERNAL', message: '<img src=x onerror=alert(1)>' }]
    const page = printHtml(
      capacityDocument({ ...found, capacity: nothing, brokeFirst: null, steps: [], problems }),
    )
    expect(page).toContain('The search ended before any rate was measured.')
    expect(page).not.toMatch(/NaN|undefined|null|\[object|<img|<tbody/)
  })

  it('says why it ended early', () => {
    const cut = madeUpSearch({ stopped: { reason: 'time', message: 'the time was over' } })
    expect(printMarkdown(capacityDocument(cut))).toContain('ended early: the time was over')
    expect(cut.exitCode).toBe(0)
  })

  it.each([
    ['interrupted', 130],
    ['target-lost', 3],
    ['spending-cap', 5],
    ['error', 1],
  ] as const)('stopped by %s, exits with %d', (reason, code) => {
    expect(madeUpSearch({ stopped: { reason, message: '' } }).exitCode).toBe(code)
  })

  it('exits with 4 if no rate holds', () => {
    const { search, problems } = found
    const capacity = { ...found.capacity, ratePerSecond: null }
    expect(exitCodeOfCapacity({ search, capacity, problems })).toBe(4)
  })
})
