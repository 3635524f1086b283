import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { nextCapacityMove } from '../../src/load/capacity-search.ts'
import { renderCapacityHtml } from '../../src/report/capacity-html.ts'
import { renderCapacityMarkdown } from '../../src/report/capacity-markdown.ts'
import { formatRate } from '../../src/report/format-value.ts'
import { renderCapacity } from '../../src/report/terminal-capacity.ts'
import { type Capacity, capacitySchema, exitCodeOfCapacity } from '../../src/results/capacity-schema.ts'
import { findBottleneck } from '../../src/results/find-bottleneck.ts'
import { stepOf } from '../../src/run/capacity-step.ts'
import { healthy, makeRun } from './realistic-run.ts'

/** A whole search over made-up runs of a stack whose server carries about so many flows a second. */
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
  test('is of its schema, also after JSON', () => {
    expect(capacitySchema.parse(JSON.parse(JSON.stringify(found)))).toEqual(found)
  })

  test('says the rate, how sure it is, what broke first, and how every step went', () => {
    const text = renderCapacity(found, {
      columns: 100,
      colors: pc.createColors(false),
      path: '/results/capacity',
    })
    expect(text).toContain(`It carries ${formatRate(found.capacity.ratePerSecond)} users a second.`)
    expect(text).toContain('confidence 80%')
    expect(text).toContain('the personal server')
    expect(text.match(/^ {2}[✔✖] /gm)).toHaveLength(found.steps.length)
    expect(text).not.toMatch(/NaN|undefined|null|\[object/)
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(100)
  })

  test('has a row for every step in Markdown, with a link to its report', () => {
    const text = renderCapacityMarkdown(found)
    expect(text.match(/^\| \d+ \|/gm)).toHaveLength(found.steps.length)
    expect(text).toContain('/report.html)')
    expect(text).not.toMatch(/NaN|undefined|null|\[object/)
  })

  test('has a page with every rate, every step with a link to its report, how sure it is, and what broke first', () => {
    const page = renderCapacityHtml(found)
    const rates = new Set(found.steps.map(({ ratePerSecond }) => ratePerSecond))
    const [rateRows = '', stepRows = ''] = page.match(/<tbody>.*?<\/tbody>/gs) ?? []
    expect(rateRows.match(/<tr>/g)).toHaveLength(rates.size)
    expect(stepRows.match(/<tr>/g)).toHaveLength(found.steps.length)
    for (const { runId } of found.steps) expect(page).toContain(`<a href="${runId}/report.html">`)
    expect(page).toContain(`It carries ${formatRate(found.capacity.ratePerSecond)} users a second.`)
    expect(page).toContain('<p class="value">80%</p>')
    expect(page).toContain('<p class="value">personal server</p>')
    expect(page).not.toMatch(/NaN|undefined|null|\[object|<script/)
  })

  test('without a rate, a step or a break has a page that says so, and escapes what it is told', () => {
    const nothing = {
      ...found.capacity,
      ratePerSecond: null,
      brokeAtPerSecond: null,
      runs: 0,
      held: 0,
      confidence: null,
    }
    const problems = [{ code: 'INTERNAL', message: '<img src=x onerror=alert(1)>' }]
    const page = renderCapacityHtml({ ...found, capacity: nothing, brokeFirst: null, steps: [], problems })
    expect(page).toContain('The search ended before any rate was measured.')
    expect(page).not.toMatch(/NaN|undefined|null|\[object|<img|<tbody/)
  })

  test('that ended early says why, and is not sure', () => {
    const cut = madeUpSearch({ stopped: { reason: 'time', message: 'the time was over' } })
    expect(renderCapacityMarkdown(cut)).toContain('ended early: the time was over')
    expect(cut.exitCode).toBe(0)
  })

  test.each([
    ['interrupted', 130],
    ['target-lost', 3],
    ['spending-cap', 5],
    ['error', 1],
  ] as const)('that was stopped (%s) exits with %d', (reason, code) => {
    expect(madeUpSearch({ stopped: { reason, message: '' } }).exitCode).toBe(code)
  })

  test('that finds no rate exits with 4', () => {
    const { search, problems } = found
    const capacity = { ...found.capacity, ratePerSecond: null }
    expect(exitCodeOfCapacity({ search, capacity, problems })).toBe(4)
  })
})
