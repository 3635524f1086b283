import type { Distribution } from './latency-histogram.ts'

/** Labels by name. Values may be any text. */
export type Labels = Readonly<Record<string, string>>

/** A metric family: a name, its meaning, and a sample for each set of labels. */
export type MetricFamily = {
  /** Lower case with underscores, with the unit at the end. A counter's suffix `_total` is added. */
  name: string
  help: string
} & (
  | { type: 'counter' | 'gauge'; samples: readonly { labels?: Labels; value: number | null }[] }
  | {
      type: 'histogram'
      /** Upper bounds of the buckets in seconds, ascending, and the counts for each set of labels. */
      boundsSeconds: readonly number[]
      samples: readonly { labels?: Labels; distribution: Distribution }[]
    }
)

/** Text format of metrics. */
export type MetricsFormat = 'prometheus' | 'openmetrics'

/** Content type of each format. */
export const metricsContentType: Record<MetricsFormat, string> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/**
 * Returns the format that a client accepts: OpenMetrics if it says so, else the Prometheus text format.
 *
 * @param accept the request's `Accept`
 */
export function metricsFormatOf(accept: string | undefined): MetricsFormat {
  return /application\/openmetrics-text/i.test(accept ?? '') ? 'openmetrics' : 'prometheus'
}

/**
 * Writes metrics in the text format of Prometheus 0.0.4 or OpenMetrics 1.0. Omits samples with the value `null` and families
 * without samples.
 *
 * Facts: https://prometheus.io/docs/instrumenting/exposition_formats/ and
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 *
 * @example writeMetrics([{ name: 'flows', help: 'Flows.', type: 'gauge', samples: [{ value: 3 }] }], 'prometheus')
 */
export function writeMetrics(families: readonly MetricFamily[], format: MetricsFormat): string {
  const lines = families.flatMap((family) => {
    const samples = samplesOf(family)
    if (samples.length === 0) return []
    // OpenMetrics names the family of a counter without the suffix of its samples, Prometheus with it.
    const name = family.type === 'counter' && format === 'prometheus' ? `${family.name}_total` : family.name
    return [`# HELP ${name} ${escapeHelp(family.help, format)}`, `# TYPE ${name} ${family.type}`, ...samples]
  })
  return `${[...lines, ...(format === 'openmetrics' ? ['# EOF'] : [])].join('\n')}\n`
}

function samplesOf(family: MetricFamily): string[] {
  if (family.type === 'histogram') {
    return family.samples.flatMap(({ labels = {}, distribution: { counts, count, sumMs } }) => [
      ...family.boundsSeconds.map((bound, index) =>
        sample(`${family.name}_bucket`, { ...labels, le: writeNumber(bound, true) }, counts[index] ?? count),
      ),
      sample(`${family.name}_bucket`, { ...labels, le: '+Inf' }, count),
      sample(`${family.name}_sum`, labels, sumMs / 1000),
      sample(`${family.name}_count`, labels, count),
    ])
  }
  const name = family.type === 'counter' ? `${family.name}_total` : family.name
  return family.samples.flatMap(({ labels = {}, value }) =>
    value === null ? [] : sample(name, labels, value),
  )
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${writeNumber(value)}`
}

/** @param isFloat writes `1` as `1.0`, which OpenMetrics requires in bounds */
function writeNumber(value: number, isFloat = false): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const text = String(value)
  return isFloat && Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text
}

const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')

function escapeHelp(text: string, format: MetricsFormat): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped
}
