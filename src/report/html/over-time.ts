import type { Summary } from '../../results/summary-schema.ts'
import { dependencyWords } from '../dependency-words.ts'
import type { Limit } from '../flow-limit.ts'
import {
  formatBytes,
  formatClock,
  formatCount,
  formatMs,
  formatRate,
  formatShare,
  nothing,
} from '../format-value.ts'
import { endedWords } from '../outcome-words.ts'
import type { TimelinePoints } from '../timeline-points.ts'
import { type Chart, drawChart, type TimeAxis } from './chart.ts'
import { componentCharts, generatorCharts, userCharts } from './charts.ts'
import { protectionCharts } from './protection-charts.ts'
import { html, jsonForScript, type SafeHtml } from './safe-html.ts'

/** What the charts of a run say besides its timeline. */
export type ChartedRun = Pick<Summary, 'errors' | 'users' | 'components'> & {
  durationMs: number
  /** What was set on the latency of flows. */
  limit: Limit | undefined
}

/** The charts of a run over its time, the numbers behind them as a table, and as data for the pointer. */
export function overTime(run: ChartedRun, timeline: TimelinePoints): SafeHtml {
  const { points, pointMs } = timeline
  if (points.length === 0) return html``
  const axis: TimeAxis = {
    startsMs: points.map(({ startMs }) => startMs),
    pointMs,
    durationMs: run.durationMs,
  }
  const users = [...userCharts(run, timeline), ...protectionCharts(timeline)]
  const components = componentCharts(timeline)
  const generator = generatorCharts(timeline)
  return html`<section aria-labelledby="time-title"><h2 id="time-title">Over time</h2>
${users.map((chart) => drawChart(chart, axis))}
${table(run, timeline)}
</section>
${
  components.length > 0 &&
  html`<section aria-labelledby="components-title"><h2 id="components-title">The stack over time</h2>
<p>What each component used, apart from the others: the first to reach its limit is what breaks first.</p>
<div class="pair">${components.map((chart) => drawChart(chart, axis))}</div>
${componentTable(run)}</section>`
}
<section aria-labelledby="generator-title"><h2 id="generator-title">The generator over time</h2>
<p>Whether what was measured is the stack, and not the machine that measured it.</p>
<div class="pair">${generator.map((chart) => drawChart(chart, axis))}</div></section>
<script type="application/json" id="chart-data">${jsonForScript(readouts([...users, ...components, ...generator], axis))}</script>`
}

/** What each component used over the whole run. */
function componentTable({ components }: ChartedRun): SafeHtml {
  return html`<div class="scroll"><table><thead><tr><th scope="col">Component</th><th scope="col" class="n">CPU a flow</th><th scope="col" class="n">of a core</th><th scope="col" class="n">at most</th><th scope="col" class="n">Busy</th><th scope="col" class="n">at most</th><th scope="col" class="n">Queue, mean</th><th scope="col" class="n">at most</th><th scope="col" class="n">Memory, most</th></tr></thead>
<tbody>${Object.entries(components).map(
    ([name, use]) =>
      html`<tr><th scope="row">${dependencyWords[name] ?? name}</th><td class="n">${formatMs(use.cpuMsPerFlow)}</td><td class="n">${formatShare(use.cpuShare)}</td><td class="n">${formatShare(use.cpuSharePeak)}</td><td class="n">${formatShare(use.busyShare)}</td><td class="n">${formatShare(use.busySharePeak)}</td><td class="n">${formatRate(use.queueDepthMean)}</td><td class="n">${formatCount(use.queueDepthMax)}</td><td class="n">${formatBytes(use.rssPeakBytes)}</td></tr>`,
  )}</tbody></table></div>`
}

/** What the pointer reads out: the time and the formatted values of every point. */
function readouts(charts: readonly Chart[], axis: TimeAxis) {
  const endMs = Math.max(axis.durationMs, (axis.startsMs.at(-1) ?? 0) + axis.pointMs)
  return {
    times: axis.startsMs.map(formatClock),
    centers: axis.startsMs.map((startMs) => (startMs + axis.pointMs / 2) / endMs),
    charts: Object.fromEntries(
      charts.map(({ id, series, overlay, format }) => [
        id,
        Object.fromEntries(
          [...series, ...(overlay === undefined ? [] : [overlay])].map(({ name, values }) => [
            name,
            values.map((value) => (value === null ? nothing : format(value))),
          ]),
        ),
      ]),
    ),
  }
}

function table({ users }: ChartedRun, { points }: TimelinePoints): SafeHtml {
  const present = endedWords.filter(({ key }) => users[key] > 0)
  return html`<details><summary>The same as a table</summary>
<div class="scroll"><table><thead><tr><th scope="col" class="n">From</th><th scope="col" class="n">came</th>${present.map(({ name }) => html`<th scope="col" class="n">${name}</th>`)}<th scope="col" class="n">under way</th><th scope="col" class="n">p50</th><th scope="col" class="n">p95</th><th scope="col" class="n">p99</th></tr></thead>
<tbody>${points.map(
    (point) =>
      html`<tr><th scope="row" class="n">${formatClock(point.startMs)}</th><td class="n">${formatCount(point.arrived)}</td>${present.map(({ key }) => html`<td class="n">${formatCount(point.ended[key])}</td>`)}<td class="n">${formatCount(point.active)}</td><td class="n">${formatMs(point.latencyMs.p50)}</td><td class="n">${formatMs(point.latencyMs.p95)}</td><td class="n">${formatMs(point.latencyMs.p99)}</td></tr>`,
  )}</tbody></table></div></details>`
}
