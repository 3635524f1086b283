import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMetrics } from './parse-metrics.fixture.ts'
import { processMetrics } from './process-metrics.ts'
import { type MetricFamily, metricsFormatOf, writeMetrics } from './prometheus-text.ts'

describe('writeMetrics', () => {
  const families: MetricFamily[] = [
    {
      name: 'ended',
      help: 'Ended, all of "them".',
      type: 'counter',
      samples: [{ labels: { outcome: 'good' }, value: 3 }],
    },
    { name: 'unknown', help: 'Not measured.', type: 'gauge', samples: [{ value: null }] },
    {
      name: 'took_seconds',
      help: 'Durations.',
      type: 'histogram',
      boundsSeconds: [0.5, 1],
      samples: [{ labels: { step: 'a' }, distribution: { counts: [1, 2], count: 4, sumMs: 7250 } }],
    },
  ]

  it('writes the text format of Prometheus', () => {
    expect(writeMetrics(families, 'prometheus')).toBe(`# HELP ended_total Ended, all of "them".
# TYPE ended_total counter
ended_total{outcome="good"} 3
# HELP took_seconds Durations.
# TYPE took_seconds histogram
took_seconds_bucket{step="a",le="0.5"} 1
took_seconds_bucket{step="a",le="1.0"} 2
took_seconds_bucket{step="a",le="+Inf"} 4
took_seconds_sum{step="a"} 7.25
took_seconds_count{step="a"} 4
`)
  })

  it('names the family of a counter without its suffix in OpenMetrics, and ends with EOF', () => {
    const text = writeMetrics(families, 'openmetrics')
    expect(text).toContain('# HELP ended Ended, all of \\"them\\".\n# TYPE ended counter\nended_total{')
    expect(text.endsWith('\n# EOF\n')).toBe(true)
  })

  it('writes any label text and any number', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.oneof(fc.double(), fc.integer())), {
          minLength: 1,
        }),
        fc.constantFrom('prometheus', 'openmetrics'),
        (pairs, format) => {
          const unique = [...new Map(pairs)]
          const samples = unique.map(([text, value]) => ({ labels: { text }, value }))
          const written = writeMetrics([{ name: 'one', help: 'a\nb\\', type: 'gauge', samples }], format)
          const [family] = parseMetrics(written, format === 'openmetrics')
          expect(family?.samples.map(({ labels, value }) => [labels.text, value])).toEqual(
            unique.map(([text, value]) => [text, value === 0 ? 0 : value]),
          )
        },
      ),
      { numRuns: 60 },
    )
  })

  it('includes the resources of the process', () => {
    const names = parseMetrics(writeMetrics(processMetrics(), 'prometheus'), false).map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'process_resident_memory_bytes']),
    )
  })

  it('is OpenMetrics on request', () => {
    const asked = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'
    expect([asked, 'text/plain', '*/*', undefined].map(metricsFormatOf)).toEqual([
      ...['openmetrics', 'prometheus', 'prometheus', 'prometheus'],
    ])
  })
})
