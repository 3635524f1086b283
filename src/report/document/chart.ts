/** A line or a layer of a stack in a chart. */
export type Series = {
  name: string
  /** Name of a CSS custom property: `failed` for `--failed`. */
  color: string
  values: readonly (number | null)[]
}

/** A limit that was configured for what a chart shows. */
export type Limit = { value: number; label: string }

/** The unit of a chart's values, as `formatMeasured` knows it. */
export type ChartUnit = 'count' | 'ms' | 'ratio' | 'per-second' | 'bytes' | 'cores'

/** A chart over the time of a run: plain data, which each printer draws in its own way. */
export type Chart = {
  /** Unique in the document. */
  id: string
  title: string
  /** Says in a sentence what the chart shows. */
  caption: string
  kind: 'lines' | 'stacked-bars'
  unit: ChartUnit
  series: readonly Series[]
  /** A line over the stack, such as arrivals above outcomes. */
  overlay?: Series | undefined
  limit?: Limit | undefined
}

/** The time axis that charts share: start of each point, length of a point, and length of the run, in milliseconds. */
export type TimeAxis = { startsMs: readonly number[]; pointMs: number; durationMs: number }

/** All series of a chart, in the order of its legend. */
export const seriesOf = ({ series, overlay }: Chart): readonly Series[] =>
  overlay === undefined ? series : [...series, overlay]

/** Returns where the time axis ends, in milliseconds: after the last point, or at the end of the run. */
export const endOfAxis = ({ startsMs, pointMs, durationMs }: TimeAxis): number =>
  Math.max(durationMs, (startsMs.at(-1) ?? 0) + pointMs)
