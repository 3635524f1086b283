import type { MetricUnit } from './threshold-metrics.ts'

/** Units of a threshold's value by kind of metric, with their size in the metric's unit. */
const unitSizes: Record<MetricUnit, Record<string, number>> = {
  ms: { us: 0.001, µs: 0.001, ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 },
  ratio: { '%': 0.01, '': 1 },
  count: { '': 1 },
  'per-second': { '': 1, '/s': 1 },
  bytes: { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
  gas: { '': 1, gas: 1 },
  wei: { wei: 1, gwei: 1e9, VANA: 1e18 },
}

/** Examples of values, for error messages. */
export const unitExamples: Record<MetricUnit, string> = {
  ms: '45s, 250ms or 2m',
  ratio: '85% or 0.85',
  count: '0 or 12',
  'per-second': '2.5 or 2.5/s',
  bytes: '512MB or 1GB',
  gas: '500000',
  wei: '1.5VANA, 20gwei or 0wei',
}

/**
 * Returns the size of a unit in the metric's own unit; `null` if it does not apply to the metric.
 *
 * @example unitSize('ms', 's') // 1000
 */
export function unitSize(metricUnit: MetricUnit, written: string): number | null {
  const sizes = unitSizes[metricUnit]
  if (Object.hasOwn(sizes, written)) return sizes[written] ?? null
  const folded = Object.keys(sizes).find((unit) => unit.toLowerCase() === written.toLowerCase())
  return folded === undefined ? null : (sizes[folded] ?? null)
}

/** Units for formatting measured values, ascending. */
const writtenUnits: Record<MetricUnit, readonly string[]> = {
  ms: ['ms', 's'],
  ratio: ['%'],
  count: [''],
  'per-second': ['/s'],
  bytes: ['B', 'kB', 'MB', 'GB'],
  gas: ['gas'],
  wei: ['wei', 'gwei', 'VANA'],
}

/**
 * Formats a measured value like in a threshold, in the largest unit that it reaches; `null` becomes `no data`.
 *
 * @example writeValue(12_345, 'ms') // '12.35s'
 */
export function writeValue(value: number | null, unit: string): string {
  if (value === null) return 'no data'
  const units = Object.hasOwn(writtenUnits, unit) ? writtenUnits[unit as MetricUnit] : []
  const sizes = units.map((name) => ({ name, size: unitSize(unit as MetricUnit, name) ?? 1 }))
  const { name, size } = sizes.findLast((of) => of.size <= Math.abs(value)) ??
    sizes[0] ?? { name: '', size: 1 }
  return `${Number((value / size).toPrecision(4))}${name}`
}
