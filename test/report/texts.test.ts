import { describe, expect, it } from 'vitest'
import { findingsOf } from '../../src/report/findings.ts'
import { renderJunitReport } from '../../src/report/junit.ts'
import { printMarkdown } from '../../src/report/markdown/print-markdown.ts'
import type { ReportData } from '../../src/report/report-data.ts'
import { runDocument } from '../../src/report/run/run-document.ts'
import { verdictOf } from '../../src/report/verdict.ts'
import { buildSummary } from '../../src/results/summary.ts'
import type { Summary } from '../../src/results/summary-schema.ts'
import { reportDataOf, scenarios } from './scenarios.ts'

const renderMarkdownReport = (data: ReportData): string => printMarkdown(runDocument(data))

const dataOf = async (name: string) => {
  const scenario = scenarios[name]
  if (scenario === undefined) throw new Error(`no scenario ${name}`)
  return reportDataOf(scenario)
}
const healthyRun = await dataOf('healthy')
const overloadedRun = await dataOf('overloaded')

describe('the verdict', () => {
  const { summary } = healthyRun

  it('is passed only with thresholds that are all met', () => {
    expect(verdictOf(summary)).toMatchObject({
      tone: 'good',
      headline: expect.stringMatching(/^Passed: \d+ users completed/),
    })
    expect(verdictOf({ ...summary, thresholds: [] }).headline).not.toMatch(/passed/i)
  })

  it('is failed if a threshold is not met, and names it', () => {
    const [first, ...rest] = summary.thresholds
    if (first === undefined) throw new Error('expected a threshold')
    const failed = { ...first, passed: false, verdict: 'fail' as const }
    expect(verdictOf({ ...summary, thresholds: [failed, ...rest] })).toMatchObject({
      tone: 'bad',
      headline: `Failed with 300 users: ${first.expression} was not met.`,
    })
  })

  it('is failed if no user succeeded, with or without thresholds', async () => {
    const failed = (await dataOf('all failed')).summary
    expect(verdictOf({ ...failed, thresholds: [] })).toMatchObject({
      tone: 'bad',
      headline: 'Failed: none of 40 users succeeded.',
    })
  })

  it('reports a problem of its own before anything else', () => {
    const problems = [{ code: 'INTERNAL', message: 'x' }]
    expect(verdictOf({ ...summary, problems })).toMatchObject({
      tone: 'bad',
      headline: expect.stringContaining('unreliable'),
    })
    expect(findingsOf({ ...summary, problems }, [])[0]).toMatchObject({
      title: 'INTERNAL',
      tone: 'bad',
      text: 'x',
    })
  })

  it('is never passed for a stopped run', async () => {
    const stopped = (await dataOf('interrupted')).summary
    expect(verdictOf(stopped)).toMatchObject({
      tone: 'warn',
      headline: expect.stringMatching(/^Interrupted after/),
    })
    expect(verdictOf({ ...stopped, thresholds: [] }).headline).not.toMatch(/passed/i)
  })

  it('says that the cost is on an embedded chain', () => {
    expect(verdictOf(summary).lead).toContain('on the embedded chain')
    expect(verdictOf(overloadedRun.summary).lead).not.toContain('embedded')
  })
})

describe('the findings', () => {
  const find = (summary: Summary, title: string, points = overloadedRun.timeline.points) =>
    findingsOf(summary, points).find((finding) => finding.title === title)

  it('order what broke first by time, not by count', () => {
    const [error] = overloadedRun.summary.errors
    if (error === undefined) throw new Error('expected an error')
    const often = { ...error, code: 'CHAIN_NONCE', step: 'submit', count: 50, firstMs: 30_000 }
    const early = { ...error, code: 'STORAGE_FAILED', step: 'upload', count: 1, firstMs: 2_000 }
    const text = find({ ...overloadedRun.summary, errors: [often, early] }, 'What broke first')?.text
    expect(text).toMatch(
      /^STORAGE_FAILED in upload after 2 s \(1 flow in total\)\. The most frequent error was CHAIN_NONCE in submit: 50 flows/,
    )
  })

  it('name a step that slows down', () => {
    expect(find(overloadedRun.summary, 'What slowed down')?.text).toMatch(/result went from/)
    expect(find(healthyRun.summary, 'What slowed down', healthyRun.timeline.points)).toBeUndefined()
  })

  it('report a late generator with a hint', () => {
    const { summary } = healthyRun
    const warning = {
      code: 'GENERATOR_LATE',
      message: 'Users started 800 ms late at p99.',
      hint: 'Use several.',
    }
    const late = { ...summary, warnings: [warning] }
    expect(findingsOf(late, [])[0]).toMatchObject({
      title: 'Generator overloaded',
      tone: 'bad',
      text: warning.message,
      hint: warning.hint,
    })
    expect(find(late, 'Generator')).toBeUndefined()
    expect(find(summary, 'Generator')).toMatchObject({ tone: 'good' })
    expect(verdictOf(late)).toMatchObject({ tone: 'warn', lead: expect.stringContaining('GENERATOR_LATE') })
  })

  it('report wrong answers and degraded flows', () => {
    const { summary } = healthyRun
    const odd = {
      ...summary,
      verified: { proven: 0, refuted: 2, unknown: 0 },
      users: { ...summary.users, degraded: 3 },
    }
    expect(find(odd, 'Wrong answers')).toMatchObject({ tone: 'bad' })
    expect(find(odd, 'Degraded')?.text).toContain('3 flows')
  })

  it('always say what was real', () => {
    expect(find(healthyRun.summary, 'What was real')?.text).toContain('do not predict the real network')
    expect(find(overloadedRun.summary, 'What was real')?.text).toBe(
      'Chain, storage, personal server and language model. Embedded: API server.',
    )
  })
})

describe('Markdown', () => {
  it.each(Object.keys(scenarios))('contains no broken values: %s', async (name) => {
    expect(renderMarkdownReport(await dataOf(name))).not.toMatch(/NaN|undefined|Infinity|\[object/)
  })

  it('escapes texts from outside and keeps tables intact', () => {
    const example = 'a | b\n# c <img src=x> `d` [e](javascript:f) @everyone'
    const [error] = overloadedRun.summary.errors
    if (error === undefined) throw new Error('expected an error')
    const summary = { ...overloadedRun.summary, errors: [{ ...error, example }] }
    const lines = renderMarkdownReport({ ...overloadedRun, summary }).split('\n')
    const row = lines.find((line) => line.includes('javascript'))
    expect(row?.replaceAll('\\|', '').match(/\|/g)).toHaveLength(8)
    expect(row).toContain('\\<img src=x\\>')
    expect(row).not.toContain('@everyone')
    expect(row).toContain('\\[e\\]')
  })
})

describe('JUnit', () => {
  it('has a case for the run and one per threshold', () => {
    const xml = renderJunitReport(overloadedRun)
    const failed = overloadedRun.summary.thresholds.filter(({ passed }) => !passed)
    expect(failed.length).toBeGreaterThan(0)
    expect(xml.match(/<testcase /g)).toHaveLength(1 + overloadedRun.summary.thresholds.length)
    expect(xml.match(/<failure /g)).toHaveLength(failed.length)
    expect(xml).toContain(`tests="5" failures="${failed.length}"`)
    expect(xml).toContain('name="success &gt;= 85%"')
  })

  it('has the label of the run as a property, if there is one', () => {
    const config = [{ key: 'label', value: 'release <2>', source: 'flag --label' }]
    const xml = renderJunitReport({ ...overloadedRun, config })
    expect(xml).toContain('<property name="label" value="release &lt;2&gt;"/>')
    expect(renderJunitReport({ ...overloadedRun, config: [] })).not.toContain('<properties>')
  })

  it('fails its first case for a stopped run', async () => {
    expect(renderJunitReport(await dataOf('interrupted'))).toMatch(
      /name="the run completed"[^>]*>\s*<failure message="Stopped \(interrupted\)/,
    )
  })

  it('is well-formed for any text', () => {
    const hostile = 'a<b>&"\'\u0000\u001b]]>\ud800\n'
    const { summary } = overloadedRun
    const xml = renderJunitReport({
      summary: {
        ...summary,
        run: { ...summary.run, target: hostile, preset: hostile },
        thresholds: summary.thresholds.map((threshold) => ({ ...threshold, expression: hostile })),
        problems: [{ code: hostile, message: hostile }],
      },
      config: [{ key: 'label', value: hostile, source: 'flag --label' }],
    })
    expect(xml).not.toMatch(/\p{Surrogate}/u)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold.
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/)
    const open: string[] = []
    const tag = /<(\/?)([a-z-]+)((?:\s[a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot|apos|#10);[^"<&]*)*")*)(\/?)>/g
    const rest = xml.replace(/^<\?xml[^>]*\?>/, '').replace(tag, (_tag, slash, name, _attributes, closed) => {
      if (slash === '/') expect(open.pop()).toBe(name)
      else if (closed !== '/') open.push(name)
      return ''
    })
    expect(open).toEqual([])
    expect(rest).not.toContain('<')
    expect(rest.replace(/&(amp|lt|gt|quot|apos|#10);/g, '')).not.toContain('&')
  })
})

it('a summary without any flow has a verdict', async () => {
  const { summary } = await dataOf('nobody')
  const rebuilt = buildSummary({
    version: '0.1.0',
    run: summary.run,
    endedAt: new Date(0),
    durationMs: 0,
    measurements: summary,
    dependencies: summary.dependencies,
  })
  expect(verdictOf(rebuilt).lead).toContain('0 of 0 users succeeded')
})
