import { dependencyWords } from '../../report/dependency-words.ts'
import {
  formatBytes,
  formatCores,
  formatCount,
  formatMs,
  formatRate,
  formatShare,
  formatVana,
  nothing,
} from '../../report/format-value.ts'
import { figureRow } from '../../report/html/blocks.ts'
import { errorTable } from '../../report/html/failures.ts'
import { outcomeBar } from '../../report/html/outcome-bar.ts'
import { html, type SafeHtml } from '../../report/html/safe-html.ts'
import { thresholdTable } from '../../report/html/threshold-table.ts'
import { sumOutcomes } from '../../results/outcome-counts.ts'
import type { LiveState } from '../live-state.ts'

type Snapshot = NonNullable<LiveState['snapshot']>

const verdictWords = { pass: 'holds so far', fail: 'fails so far', 'no-data': 'no data yet' } as const

/** What people watch: the figures of this moment, who has nothing left, thresholds, and what fails. */
export function now({ snapshot, thresholds, result }: LiveState): SafeHtml {
  if (snapshot === null) return html``
  const open = Math.max(0, snapshot.users.planned - sumOutcomes(snapshot.users))
  return html`${figureRow(figures(snapshot, result !== null))}
${outcomeBar(snapshot.users, open)}
<div class="split">${result === null && parts(snapshot)}
${thresholdTable(thresholds, result === null ? verdictWords : undefined)}</div>
${errorTable(snapshot)}`
}

function figures(snapshot: Snapshot, isOver: boolean): (readonly [string, string, string])[] {
  const { users, now, throughput, latencyMs, arrivals, spending } = snapshot
  const ended = sumOutcomes(users)
  const { flow } = latencyMs
  return [
    [
      'Succeeded',
      formatShare(ended === 0 ? null : users.succeeded / ended),
      `${formatCount(users.succeeded)} of ${formatCount(ended)} that ended`,
    ],
    [
      'Under way',
      formatCount(now.active),
      `${formatCount(users.started)} of ${formatCount(users.planned)} started`,
    ],
    [
      'Throughput',
      `${formatRate(isOver ? throughput.flowsPerSecond : now.flowsPerSecond)}/s`,
      `${isOver ? '' : `mean ${formatRate(throughput.flowsPerSecond)}, `}best ${formatRate(throughput.peakFlowsPerSecond)}`,
    ],
    ['Flow, p95', formatMs(flow.p95), `p50 ${unbroken(flow.p50)}, p99 ${unbroken(flow.p99)}`],
    ['Late starts, p99', formatMs(arrivals.lagMs.p99), `at worst ${formatMs(arrivals.lagMs.max)}`],
    spending === null
      ? ['Cost a flow', formatVana(snapshot.gas.costPerFlowWei), `${formatCount(snapshot.gas.perFlow)} gas`]
      : [
          snapshot.funding === null ? 'Spent' : 'Paid out',
          formatVana(spending.spentWei),
          `cap ${formatVana(spending.capWei)}`,
        ],
  ]
}

/** The generator and each component of the stack, in the last second. */
function parts({ lastSecond, now }: Snapshot): SafeHtml {
  if (lastSecond === null) return html``
  const rows = Object.entries(lastSecond.components).map(([name, use]) => ({
    name: dependencyWords[name] ?? name,
    cpu: use.cpuShare,
    busy: use.busyShare,
    queue: use.queueDepth === null ? nothing : formatCount(use.queueDepth),
    bytes: use.rssBytes,
  }))
  return html`<section aria-labelledby="parts-title"><h2 id="parts-title">Right now</h2>
<div class="scroll"><table class="now"><thead><tr><th scope="col">Part</th><th scope="col" class="n">CPU</th><th scope="col" class="n">Busy</th><th scope="col" class="n">Queue</th><th scope="col" class="n">Memory</th></tr></thead>
<tbody>${rows.map(
    ({ name, cpu, busy, queue, bytes }) =>
      html`<tr><th scope="row">${name}</th><td class="n">${cpu === null ? nothing : formatCores(cpu)}${meter(cpu)}</td><td class="n">${busy === null ? nothing : formatShare(Math.round(busy * 100) / 100)}${meter(busy)}</td><td class="n">${queue}</td><td class="n">${formatBytes(bytes)}</td></tr>`,
  )}
<tr><th scope="row">generator</th><td class="n">${formatCores(now.cpuCores)}${meter(now.cpuCores)}</td><td class="n">${nothing}</td><td class="n">${nothing}</td><td class="n">${formatBytes(now.rssBytes)}</td></tr></tbody></table></div></section>`
}

/** A share as a small bar; what is nearly used up stands out. */
function meter(share: number | null): SafeHtml {
  const percent = Math.round(Math.min(1, share ?? 0) * 100)
  return html`<span class="meter${percent >= 85 && ' high'}" aria-hidden="true"><i style="width:${percent}%"></i></span>`
}

/** A duration whose unit stays with its number. */
const unbroken = (ms: number | null): string => formatMs(ms).replace(' ', '\u00a0')
