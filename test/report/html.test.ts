import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from '../../src/redaction/redact.ts'
import { drawChart } from '../../src/report/html/chart.ts'
import { printHtml } from '../../src/report/html/print-html.ts'
import { html, jsonForScript } from '../../src/report/html/safe-html.ts'
import { makeScale, timeTicks } from '../../src/report/html/scale.ts'
import { pageStyle } from '../../src/report/html/style.ts'
import type { ReportData } from '../../src/report/report-data.ts'
import { runDocument } from '../../src/report/run/run-document.ts'
import { reportDataOf, scenarios } from './scenarios.ts'

const renderHtmlReport = (data: ReportData): string => printHtml(runDocument(data))
const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length

describe.each(Object.entries(scenarios))('the page of a run: %s', async (_name, scenario) => {
  const page = renderHtmlReport(await reportDataOf(scenario))

  it('contains no broken values', () => {
    const said = page.replace(/<script>[\s\S]*?<\/script>/, '')
    expect(said.match(/.{0,80}(?:NaN|undefined|Infinity|\[object).{0,80}/)).toBeNull()
  })

  it('loads nothing from elsewhere', () => {
    expect(page.match(/<link|<img|<iframe|@import|url\(|src=|href=/)).toBeNull()
  })

  it('has one main heading, tables with headings, named charts, and no id twice', () => {
    expect(count(page, /<h1>/g)).toBe(1)
    expect(count(page, /<th(?=[\s>])(?![^>]*scope=)/g)).toBe(0)
    expect(count(page, /<svg(?![^>]*role="img" aria-label="[^"]+")/g)).toBe(0)
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(ids.length).toBe(new Set(ids).size)
    for (const [, id] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(id)
  })

  it('closes every element that it opens', () => {
    const body = page.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!doctype html>/g, '')
    const open: string[] = []
    for (const [, slash, name = '', selfClosed] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
      if (['br', 'meta'].includes(name) || selfClosed === '/') continue
      if (slash === '/') expect(open.pop()).toBe(name)
      else open.push(name)
    }
    expect(open).toEqual([])
  })

  it('is not changed by redaction: its own style and script do not look like secrets', () => {
    expect(createRedactor().text(page) === page).toBe(true)
  })
})

describe('the charts of breaker and rate limits', async () => {
  const plain = await reportDataOf(scenarios.healthy ?? ({} as never))

  it('are left out when neither acted', () => {
    expect(renderHtmlReport(plain)).not.toMatch(/data-chart="(?:protection|rate-limits)"/)
  })

  it('show the breaker, the admitted users, and the limits', () => {
    const points = plain.timeline.points.map((point, index) => ({
      ...point,
      ...(index % 5 === 0 ? { breaker: { open: 0.8, halfOpen: 0.2 }, admittedShare: 0, rateLimits: 3 } : {}),
    }))
    const page = renderHtmlReport({ ...plain, timeline: { ...plain.timeline, points } })
    for (const id of ['protection', 'rate-limits']) expect(page).toContain(`data-chart="${id}"`)
    for (const name of ['breaker open', 'breaker half-open', 'users admitted']) expect(page).toContain(name)
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

  it('executes none of them', () => {
    const elements = (text: string) => count(text, /<(script|img|style|!--)/gi)
    expect(elements(page)).toBe(elements(renderHtmlReport(plain)))
    expect(page.match(/<img|<script>alert/)).toBeNull()
    expect(count(page, /onerror=alert\(1\)&gt;/g)).toBeGreaterThan(20)
  })

  it('allows no script but its own', () => {
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? []
    const hash = createHash('sha256').update(script).digest('base64')
    expect(page).toContain(`script-src &#39;sha256-${hash.replaceAll('+', '+')}&#39;`)
    expect(page).toContain('default-src &#39;none&#39;')
  })

  it('has valid JSON for its charts', () => {
    const [, json = ''] =
      /<script type="application\/json" id="chart-data">([\s\S]*?)<\/script>/.exec(page) ?? []
    const data = JSON.parse(json) as {
      axes: { times: string[]; centers: number[] }[]
      charts: Record<string, { axis: number; values: Record<string, string[]> }>
    }
    for (const { axis, values } of Object.values(data.charts)) {
      const { times, centers } = data.axes[axis] ?? { times: [], centers: [] }
      expect(centers).toHaveLength(times.length)
      for (const series of Object.values(values)) expect(series).toHaveLength(times.length)
    }
    for (const [, chart = ''] of page.matchAll(/data-chart="([^"]+)"/g))
      expect(data.charts).toHaveProperty(chart)
  })
})

describe('templates', () => {
  it('escape every text, in content and in attributes', () => {
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

  it('data for the script survives parsing and cannot end its element', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        const value: unknown = { json: JSON.parse(json), text: `</script>${text}<!--` }
        const made = jsonForScript(value).html
        expect(made).not.toMatch(/[<>&\u2028\u2029]/)
        expect(JSON.parse(made)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('leave out null and false, and join lists', () => {
    expect(html`a${null}${false}${['<', html`<b>`, 1]}`.html).toBe('a&lt;<b>1')
  })
})

describe('charts', () => {
  it('have a scale that reaches the highest value with a few round ticks', () => {
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

  it('have a time axis with at most nine ticks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 * 86_400_000 }), (durationMs) => {
        expect(timeTicks(durationMs).length).toBeLessThanOrEqual(9)
        expect(timeTicks(durationMs)[0]).toBe(0)
      }),
    )
  })

  it('draw nothing outside their area', () => {
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
            unit: 'count',
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

  it('draw a stack as high as its sum', () => {
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
        unit: 'count',
      },
      { startsMs: [0], pointMs: 1000, durationMs: 1000 },
    ).html
    expect(made).toContain('M80 160V120H920V160Z')
    expect(made).toContain('M80 120V0H920V120Z')
  })

  it('break a line where nothing was measured', () => {
    const made = drawChart(
      {
        id: 'x',
        title: 'x',
        caption: 'x',
        kind: 'lines',
        series: [{ name: 'a', color: 'ink', values: [1, 1, null, 1, 1] }],
        unit: 'count',
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

  it.each(['light', 'dark'] as const)(
    'have enough contrast in %s for text (WCAG AA) and for marks',
    (mode) => {
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
    },
  )
})

/** Replaces every text in a value, except the words that the program itself chose. */
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
