import { endOfAxis, seriesOf, type TimeAxis } from '../document/chart.ts'
import type { ChartsNode } from '../document/document.ts'
import { formatClock, formatMeasured, nothing } from '../format-value.ts'
import { html, jsonForScript, type SafeHtml } from './safe-html.ts'

/** What the script of the charts reads: the axes, and by the id of a chart its axis and the formatted value of every point. */
export function chartData(groups: readonly ChartsNode[]): SafeHtml {
  const axes = [...new Set(groups.map(({ axis }) => axis))]
  const charts = groups.flatMap(({ axis, charts }) =>
    charts.map((chart) => {
      const show = (value: number | null) => (value === null ? nothing : formatMeasured(value, chart.unit))
      const values = seriesOf(chart).map(({ name, values }) => [name, values.map(show)])
      return [chart.id, { axis: axes.indexOf(axis), values: Object.fromEntries(values) }]
    }),
  )
  const data = { axes: axes.map(positions), charts: Object.fromEntries(charts) }
  return html`<script type="application/json" id="chart-data">${jsonForScript(data)}</script>`
}

function positions(axis: TimeAxis): { times: string[]; centers: number[] } {
  const endMs = endOfAxis(axis)
  return {
    times: axis.startsMs.map(formatClock),
    centers: axis.startsMs.map((startMs) => (startMs + axis.pointMs / 2) / endMs),
  }
}
