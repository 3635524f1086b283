import { describe, expect, test } from 'vitest'
import { findingsOf } from '../../src/report/findings.ts'
import { renderJunitReport } from '../../src/report/junit.ts'
import { renderMarkdownReport } from '../../src/report/markdown.ts'
import { verdictOf } from '../../src/report/verdict.ts'
import { buildSummary } from '../../src/results/summary.ts'
import type { Summary } from '../../src/results/summary-schema.ts'
import { reportDataOf, scenarios } from './scenarios.ts'

const dataOf = async (name: string) => {
  const scenario = scenarios[name]
  if (scenario === undefined) throw new Error(`no scenario ${name}`)
  return reportDataOf(scenario)
}
const healthyRun = await dataOf('healthy')
const overloadedRun = await dataOf('overloaded')

describe('the verdict', () => {
  const { summary } = healthyRun

  test('is yes only when thresholds were set and all held', () => {
    expect(verdictOf(summary)).toMatchObject({ tone: 'good', headline: 'Yes, it carried 300 users.' })
    expect(verdictOf({ ...summary, thresholds: [] }).headline).not.toMatch(/yes/i)
  })

  test('is no when a threshold failed, and names it', () => {
    const [first, ...rest] = summary.thresholds
    if (first === undefined) throw new Error('expected a threshold')
    const failed = { ...first, passed: false, verdict: 'fail' as const }
    expect(verdictOf({ ...summary, thresholds: [failed, ...rest] })).toMatchObject({
      tone: 'bad',
      headline: `No, it did not carry 300 users: ${first.expression} does not hold.`,
    })
  })

  test('is no when nobody got through, thresholds or not', async () => {
    const failed = (await dataOf('all failed')).summary
    expect(verdictOf({ ...failed, thresholds: [] })).toMatchObject({
      tone: 'bad',
      headline: 'No: not one of 40 users succeeded.',
    })
  })

  test('a broken promise is said before anything else', () => {
    const problems = [{ code: 'INTERNAL', message: 'x' }]
    expect(verdictOf({ ...summary, problems })).toMatchObject({
      tone: 'bad',
      headline: expect.stringContaining('do not trust'),
    })
    expect(findingsOf({ ...summary, problems }, [])[0]).toMatchObject({
      title: 'INTERNAL',
      tone: 'bad',
      text: 'x',
    })
  })

  test('a run that was stopped is never a yes', async () => {
    const stopped = (await dataOf('interrupted')).summary
    expect(verdictOf(stopped)).toMatchObject({
      tone: 'warn',
      headline: expect.stringMatching(/^Interrupted after/),
    })
    expect(verdictOf({ ...stopped, thresholds: [] }).headline).not.toMatch(/yes/i)
  })

  test('coins of an embedded chain are not passed off as money', () => {
    expect(verdictOf(summary).lead).toContain('of the embedded chain')
    expect(verdictOf(overloadedRun.summary).lead).not.toContain('embedded')
  })
})

describe('the findings', () => {
  const find = (summary: Summary, title: string, points = overloadedRun.timeline.points) =>
    findingsOf(summary, points).find((finding) => finding.title === title)

  test('what broke first is first in time, not in number', () => {
    const [error] = overloadedRun.summary.errors
    if (error === undefined) throw new Error('expected an error')
    const often = { ...error, code: 'CHAIN_NONCE', step: 'submit', count: 50, firstMs: 30_000 }
    const early = { ...error, code: 'STORAGE_FAILED', step: 'upload', count: 1, firstMs: 2_000 }
    const text = find({ ...overloadedRun.summary, errors: [often, early] }, 'What broke first')?.text
    expect(text).toMatch(
      /^STORAGE_FAILED at upload, 2 s in \(1 flow in all\)\. Most often CHAIN_NONCE at submit: 50 flows/,
    )
  })

  test('a step that slows down while users keep coming is named', () => {
    expect(find(overloadedRun.summary, 'What slowed down')?.text).toMatch(/result went from/)
    expect(find(healthyRun.summary, 'What slowed down', healthyRun.timeline.points)).toBeUndefined()
  })

  test('a generator that was late says so, and what to do', () => {
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
    expect(find(late, 'The generator')).toBeUndefined()
    expect(find(summary, 'The generator')).toMatchObject({ tone: 'good' })
    expect(verdictOf(late)).toMatchObject({ tone: 'warn', lead: expect.stringContaining('GENERATOR_LATE') })
  })

  test('wrong answers and degraded flows are not passed over', () => {
    const { summary } = healthyRun
    const odd = {
      ...summary,
      verified: { proven: 0, refuted: 2, unknown: 0 },
      users: { ...summary.users, degraded: 3 },
    }
    expect(find(odd, 'Wrong answers')).toMatchObject({ tone: 'bad' })
    expect(find(odd, 'Degraded')?.text).toContain('3 flows')
  })

  test('what was real is always said', () => {
    expect(find(healthyRun.summary, 'What was real')?.text).toContain('do not predict the real network')
    expect(find(overloadedRun.summary, 'What was real')?.text).toBe(
      'Chain, storage, personal server and language model. Embedded: API server.',
    )
  })
})

describe('Markdown', () => {
  test.each(Object.keys(scenarios))('says nothing that is not a value: %s', async (name) => {
    expect(renderMarkdownReport(await dataOf(name))).not.toMatch(/NaN|undefined|Infinity|\[object/)
  })

  test('texts from outside stay text and keep tables whole', () => {
    const example = 'a | b\n# c <img src=x> `d` [e](javascript:f) @everyone'
    const [error] = overloadedRun.summary.errors
    if (error === undefined) throw new Error('expected an error')
    const summary = { ...overloadedRun.summary, errors: [{ ...error, example }] }
    const lines = renderMarkdownReport({ ...overloadedRun, summary }).split('\n')
    const row = lines.find((line) => line.includes('javascript'))
    expect(row?.replaceAll('\\|', '').match(/\|/g)).toHaveLength(6)
    expect(row).toContain('\\<img src=x\\>')
    expect(row).not.toContain('@everyone')
    expect(row).toContain('\\[e\\]')
  })
})

describe('JUnit', () => {
  test('has a case for the run and one for each threshold', () => {
    const xml = renderJunitReport(overloadedRun)
    const failed = overloadedRun.summary.thresholds.filter(({ passed }) => !passed)
    expect(failed.length).toBeGreaterThan(0)
    expect(xml.match(/<testcase /g)).toHaveLength(1 + overloadedRun.summary.thresholds.length)
    expect(xml.match(/<failure /g)).toHaveLength(failed.length)
    expect(xml).toContain(`tests="5" failures="${failed.length}"`)
    expect(xml).toContain('name="success &gt;= 85%"')
  })

  test('has the label of the run as a property, where there is one', () => {
    const config = [{ key: 'label', value: 'release <2>', source: 'flag --label' }]
    const xml = renderJunitReport({ ...overloadedRun, config })
    expect(xml).toContain('<property name="label" value="release &lt;2&gt;"/>')
    expect(renderJunitReport({ ...overloadedRun, config: [] })).not.toContain('<properties>')
  })

  test('a run that was stopped fails its first case', async () => {
    expect(renderJunitReport(await dataOf('interrupted'))).toMatch(
      /name="the run was carried through"[^>]*>\s*<failure message="Stopped \(interrupted\)/,
    )
  })

  test('is well-formed whatever the texts are', () => {
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

test('a summary that was built from nothing still reads', async () => {
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
