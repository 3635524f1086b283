import { type Chart, endOfAxis, type Series, seriesOf, type TimeAxis } from '../document/chart.ts'
import { formatClock, formatMeasured } from '../format-value.ts'
import { html, type SafeHtml } from './safe-html.ts'
import { makeScale, timeTicks } from './scale.ts'

/** Height of the drawing; its width is 1000, stretched to that of the page. */
const height = 160

/**
 * Draws a chart as inline SVG with its labels in HTML, so that the lines stretch with the page but the text does not.
 *
 * @example drawChart(chart, axis)
 */
export function drawChart(chart: Chart, axis: TimeAxis): SafeHtml {
  const stacked = chart.kind !== 'lines'
  const layers = stacked
    ? stack(chart.series)
    : chart.series.map(({ values }) => values.map((value) => ({ from: 0, to: value })))
  const tops = layers.flatMap((layer) => layer.map(({ to }) => to ?? 0))
  const overlayTops = chart.overlay?.values.map((value) => value ?? 0) ?? []
  const highest = Math.max(0, ...tops, ...overlayTops)
  // A limit far above everything measured would flatten the lines, so it is not drawn.
  const drawnLimit = chart.limit !== undefined && chart.limit.value <= highest * 1.6 ? chart.limit : null
  const scale = makeScale(Math.max(highest, drawnLimit?.value ?? 0))
  const endMs = endOfAxis(axis)
  const x = (ms: number) => round((ms / endMs) * 1000)
  const y = (value: number) => round(height - (value / scale.max) * height)
  const place = { x, y, axis }

  const drawn = layers.map((layer, index) => {
    const color = chart.series[index]?.color ?? 'ink'
    if (chart.kind === 'stacked-bars') return bars(layer, color, place)
    return line({ values: layer.map(({ to }) => to), color }, place, 'line')
  })

  return html`<figure class="chart" data-chart="${chart.id}">
<figcaption><h3>${chart.title}</h3><p>${chart.caption}</p></figcaption>
${legend(chart)}
<div class="plot">
<div class="y" aria-hidden="true">${scale.ticks.map((tick) => html`<span style="bottom:${percent(tick / scale.max)}">${tick === 0 ? '0' : plainTick(formatMeasured(tick, chart.unit))}</span>`)}</div>
<div class="canvas">
<svg viewBox="0 0 1000 ${height}" preserveAspectRatio="none" role="img" aria-label="${chart.title}">
${scale.ticks.map((tick) => html`<path class="grid" d="M0 ${y(tick)}H1000"/>`)}
${drawn}
${chart.overlay !== undefined && line(chart.overlay, place, 'over')}
${drawnLimit !== null && html`<path class="limit" d="M0 ${y(drawnLimit.value)}H1000"/>`}
</svg>
${drawnLimit !== null && html`<span class="limit-label" style="bottom:${percent(drawnLimit.value / scale.max)}">${drawnLimit.label}</span>`}
<div class="cursor" hidden></div>
</div>
<div class="x" aria-hidden="true">${timeTicks(endMs).map((ms) => html`<span style="left:${percent(ms / endMs)}">${formatClock(ms)}</span>`)}</div>
</div>
</figure>`
}

function legend(chart: Chart): SafeHtml {
  return html`<ul class="legend">${seriesOf(chart).map(
    ({ name, color }, index) =>
      html`<li><i class="${index === chart.series.length ? 'over' : chart.kind}" style="--c:var(--${color})"></i>${name} <output data-series="${name}"></output></li>`,
  )}</ul>`
}

type Layer = readonly { from: number; to: number | null }[]
type Place = { x(ms: number): number; y(value: number): number; axis: TimeAxis }

function stack(series: readonly Series[]): Layer[] {
  const base: number[] = []
  return series.map(({ values }) =>
    values.map((value, index) => {
      const from = base[index] ?? 0
      const to = from + (value ?? 0)
      base[index] = to
      return { from, to: value === null ? null : to }
    }),
  )
}

/** One rectangle per point, all in a single path, with gaps between them. */
function bars(layer: Layer, color: string, { x, y, axis }: Place): SafeHtml {
  const path = layer
    .map(({ from, to }, index) => {
      if (to === null || to === from) return ''
      const startMs = axis.startsMs[index] ?? 0
      const left = x(startMs + axis.pointMs * 0.08)
      const right = x(startMs + axis.pointMs * 0.92)
      return `M${left} ${y(from)}V${y(to)}H${right}V${y(from)}Z`
    })
    .join('')
  return html`<path d="${path}" style="fill:var(--${color})"/>`
}

/** A line through the middles of the points, broken where nothing was measured; a lone point is a short dash. */
function line(
  { values, color }: Pick<Series, 'values' | 'color'>,
  { x, y, axis }: Place,
  kind: 'line' | 'over',
): SafeHtml {
  let path = ''
  for (const [index, value] of values.entries()) {
    if (value === null) continue
    const startMs = axis.startsMs[index] ?? 0
    const isNew = index === 0 || values[index - 1] === null
    const isLone = isNew && (values[index + 1] ?? null) === null
    if (isLone) path += `M${x(startMs + axis.pointMs * 0.2)} ${y(value)}H${x(startMs + axis.pointMs * 0.8)}`
    else path += `${isNew ? 'M' : 'L'}${x(startMs + axis.pointMs / 2)} ${y(value)}`
  }
  return html`<path class="${kind}" d="${path}" style="stroke:var(--${color})"/>`
}

/** The value of a tick without trailing zeros: `60.0 s` is `60 s`. */
function plainTick(text: string): string {
  return text.replace(/(\.\d*?)0+(?!\d)/, '$1').replace(/\.(?!\d)/, '')
}

function percent(share: number): string {
  return `${round(share * 100)}%`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
