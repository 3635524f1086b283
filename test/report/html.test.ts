import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../src/redaction/redact.ts'
import { drawChart } from '../../src/report/html/chart.ts'
import { html, jsonForScript } from '../../src/report/html/safe-html.ts'
import { makeScale, timeTicks } from '../../src/report/html/scale.ts'
import { pageStyle } from '../../src/report/html/style.ts'
import { renderHtmlReport } from '../../src/report/html.ts'
import type { ReportData } from '../../src/report/report-data.ts'
import { reportDataOf, scenarios } from './scenarios.ts'

const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length

describe.each(Object.entries(scenarios))('the page of a run: %s', async (_name, scenario) => {
  const page = renderHtmlReport(await reportDataOf(scenario))

  test('says nothing that is not a value', () => {
    const said = page.replace(/<script>[\s\S]*?<\/script>/, '')
    expect(said.match(/.{0,80}(?:NaN|undefined|Infinity|\[object).{0,80}/)).toBeNull()
  })

  test('needs nothing from anywhere', () => {
    expect(page.match(/<link|<img|<iframe|@import|url\(|src=|href=/)).toBeNull()
  })

  test('has one main heading, tables with headings, named charts, and no id twice', () => {
    expect(count(page, /<h1>/g)).toBe(1)
    expect(count(page, /<th(?=[\s>])(?![^>]*scope=)/g)).toBe(0)
    expect(count(page, /<svg(?![^>]*role="img" aria-label="[^"]+")/g)).toBe(0)
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(ids.length).toBe(new Set(ids).size)
    for (const [, id] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(id)
  })

  test('closes every element that it opens', () => {
    const body = page.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!doctype html>/g, '')
    const open: string[] = []
    for (const [, slash, name = '', selfClosed] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
      if (['br', 'meta'].includes(name) || selfClosed === '/') continue
      if (slash === '/') expect(open.pop()).toBe(name)
      else open.push(name)
    }
    expect(open).toEqual([])
  })

  test('is not changed by redaction: its own style and script look like no secret', () => {
    expect(createRedactor().text(page) === page).toBe(true)
  })
})

describe('the charts of the protection', async () => {
  const plain = await reportDataOf(scenarios.healthy ?? ({} as never))

  test('are not there when there was nothing to protect the target from', () => {
    expect(renderHtmlReport(plain)).not.toMatch(/data-chart="(?:protection|rate-limits)"/)
  })

  test('show the breaker, who was let in, and the limits', () => {
    const points = plain.timeline.points.map((point, index) => ({
      ...point,
      ...(index % 5 === 0 ? { breaker: { open: 0.8, halfOpen: 0.2 }, admittedShare: 0, rateLimits: 3 } : {}),
    }))
    const page = renderHtmlReport({ ...plain, timeline: { ...plain.timeline, points } })
    for (const id of ['protection', 'rate-limits']) expect(page).toContain(`data-chart="${id}"`)
    for (const name of ['breaker open', 'half-open, trying', 'users let in']) expect(page).toContain(name)
  })
})

describe('the page of a run with hostile texts', async () => {
  const hostile = `"'><img src=x onerror=alert(1)><script>alert(2)</script></script></style><!-- \u0000\u001b[31m &lt; \${x} \u2028`
  const plain = await reportDataOf(scenarios.overloaded ?? ({} as never))
  const planted = (data: ReportData): ReportData => ({
    ...data,
    summary: plantEverywhere(data.summary, hostile),
    environment: data.environment === null ? null : plantEverywhere(data.environment, hostile),
    config: [{ key: hostile, value: hostile, source: hostile }],
    timeline: {
      ...data.timeline,
      points: data.timeline.points.map((point) => ({ ...point, errors: { [hostile]: 2 } })),
    },
  })
  const page = renderHtmlReport(planted(plain))

  test('runs none of them', () => {
    const elements = (text: string) => count(text, /<(script|img|style|!--)/gi)
    expect(elements(page)).toBe(elements(renderHtmlReport(plain)))
    expect(page.match(/<img|<script>alert/)).toBeNull()
    expect(count(page, /onerror=alert\(1\)&gt;/g)).toBeGreaterThan(20)
  })

  test('lets no script run but its own', () => {
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? []
    const hash = createHash('sha256').update(script).digest('base64')
    expect(page).toContain(`script-src &#39;sha256-${hash.replaceAll('+', '+')}&#39;`)
    expect(page).toContain('default-src &#39;none&#39;')
  })

  test('has data for its charts that is JSON', () => {
    const [, json = ''] =
      /<script type="application\/json" id="chart-data">([\s\S]*?)<\/script>/.exec(page) ?? []
    const data = JSON.parse(json) as { times: string[]; charts: Record<string, Record<string, string[]>> }
    for (const series of Object.values(data.charts)) {
      for (const values of Object.values(series)) expect(values).toHaveLength(data.times.length)
    }
    for (const [, chart = ''] of page.matchAll(/data-chart="([^"]+)"/g))
      expect(data.charts).toHaveProperty(chart)
  })
})

describe('templates', () => {
  test('escape every text, in content and in attributes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const made = html`<p title="${text}">${text}</p>`.html
        const inner = made.slice('<p title="'.length, -'</p>'.length)
        expect(count(inner, /[<]/g)).toBe(0)
        expect(count(inner, /"/g)).toBe(1)
        expect(count(inner, /'/g)).toBe(0)
      }),
    )
  })

  test('data for the script is the same after parsing and cannot end its element', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        const value: unknown = { json: JSON.parse(json), text: `</script>${text}<!--` }
        const made = jsonForScript(value).html
        expect(made).not.toMatch(/[<>&\u2028\u2029]/)
        expect(JSON.parse(made)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('null and false leave nothing, lists are joined', () => {
    expect(html`a${null}${false}${['<', html`<b>`, 1]}`.html).toBe('a&lt;<b>1')
  })
})

describe('charts', () => {
  test('a scale reaches the highest value with a few round marks', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (highest) => {
        const { max, ticks } = makeScale(highest)
        expect(max).toBeGreaterThanOrEqual(highest * (1 - 1e-9))
        expect(max).toBeLessThanOrEqual(highest * 2.51)
        expect(ticks.length).toBeGreaterThanOrEqual(2)
        expect(ticks.length).toBeLessThanOrEqual(5)
        expect(ticks).toEqual(ticks.toSorted((a, b) => a - b))
        expect(ticks[0]).toBe(0)
      }),
    )
    expect(makeScale(0)).toEqual({ max: 1, ticks: [0, 1] })
    expect(makeScale(Number.MIN_VALUE)).toEqual({ max: 1, ticks: [0, 1] })
    expect(makeScale(42).ticks).toEqual([0, 20, 40, 60])
  })

  test('a time axis has at most nine marks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 * 86_400_000 }), (durationMs) => {
        expect(timeTicks(durationMs).length).toBeLessThanOrEqual(9)
        expect(timeTicks(durationMs)[0]).toBe(0)
      }),
    )
  })

  test('nothing is drawn outside of its chart', () => {
    const values = fc.array(fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })), {
      minLength: 1,
      maxLength: 30,
    })
    fc.assert(
      fc.property(values, fc.constantFrom('lines', 'stacked-bars'), (series, kind) => {
        const made = drawChart(
          {
            id: 'x',
            title: 'x',
            caption: 'x',
            kind,
            series: [
              { name: 'a', color: 'ink', values: series },
              { name: 'b', color: 'ink', values: series.toReversed() },
            ],
            format: String,
          },
          {
            startsMs: series.map((_, index) => index * 1000),
            pointMs: 1000,
            durationMs: series.length * 1000,
          },
        ).html
        for (const [, path = ''] of made.matchAll(/ d="([^"]*)"/g)) {
          expect(path).not.toMatch(/NaN|Infinity/)
          for (const [, x, y] of path.matchAll(/[ML](\S+?) (-?[\d.]+)/g)) {
            expect(Number(x)).toBeGreaterThanOrEqual(0)
            expect(Number(x)).toBeLessThanOrEqual(1000)
            expect(Number(y)).toBeGreaterThanOrEqual(0)
            expect(Number(y)).toBeLessThanOrEqual(160)
          }
        }
      }),
    )
  })

  test('a stack is as high as its sum', () => {
    const made = drawChart(
      {
        id: 'x',
        title: 'x',
        caption: 'x',
        kind: 'stacked-bars',
        series: [
          { name: 'a', color: 'ink', values: [1] },
          { name: 'b', color: 'ink', values: [3] },
        ],
        format: String,
      },
      { startsMs: [0], pointMs: 1000, durationMs: 1000 },
    ).html
    expect(made).toContain('M80 160V120H920V160Z')
    expect(made).toContain('M80 120V0H920V120Z')
  })

  test('a line breaks where nothing was measured', () => {
    const made = drawChart(
      {
        id: 'x',
        title: 'x',
        caption: 'x',
        kind: 'lines',
        series: [{ name: 'a', color: 'ink', values: [1, 1, null, 1, 1] }],
        format: String,
      },
      { startsMs: [0, 1000, 2000, 3000, 4000], pointMs: 1000, durationMs: 5000 },
    ).html
    expect(made).toContain('d="M100 0L300 0M700 0L900 0"')
  })
})

describe('colours', () => {
  const blocks = { light: /:root\{([^}]*)\}/, dark: /prefers-color-scheme:dark\)\{:root\{([^}]*)\}/ }
  const variables = (block: RegExp) =>
    Object.fromEntries(
      [...(block.exec(pageStyle)?.[1] ?? '').matchAll(/--([\w-]+):(#[0-9a-f]{6})/g)].map(
        ([, name, value]) => [name, value],
      ),
    ) as Record<string, string>
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const contrast = (a: string, b: string) => {
    const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
    return (high + 0.05) / (low + 0.05)
  }

  test.each(['light', 'dark'] as const)('texts can be read in %s (WCAG AA), and marks be seen', (mode) => {
    const colors = { ...variables(blocks.light), ...(mode === 'dark' ? variables(blocks.dark) : {}) }
    const of = (name: string) => colors[name] ?? '#ffffff'
    for (const name of ['ink', 'muted', 'link', 'bad']) {
      expect(contrast(of(name), of('bg')), name).toBeGreaterThanOrEqual(4.5)
    }
    for (const name of ['good', 'bad']) {
      expect(contrast(of(name), of(`${name}-bg`)), name).toBeGreaterThanOrEqual(4.5)
    }
    for (const name of ['succeeded', 'failed', 'p50', 'p95', 'blockchain-3', 'inference-3']) {
      expect(contrast(of(name), of('bg')), name).toBeGreaterThanOrEqual(2.5)
    }
  })
})

/** The same value with every text in it replaced, but for the words that the program itself chose. */
function plantEverywhere<T>(value: T, text: string, key = ''): T {
  if (typeof value === 'string') {
    const own =
      /^\d+$|^[a-z-]+$/.test(value) && ['outcome', 'verdict', 'unit', 'reason', 'name'].includes(key)
    const number = /Wei$|^(price|used|first|last|startedAt|endedAt)$/.test(key)
    const dependency = value === 'real' || value === 'embedded'
    return (own || number || dependency ? value : text) as T
  }
  if (Array.isArray(value)) return value.map((item) => plantEverywhere(item, text, key)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, plantEverywhere(item, text, name)]),
  ) as T
}
