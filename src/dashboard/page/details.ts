import { endpointTable } from '../../report/chain-tables.ts'
import {
  formatCount,
  formatGwei,
  formatMs,
  formatRate,
  formatShare,
  formatVana,
} from '../../report/format-value.ts'
import { pairs } from '../../report/html/blocks.ts'
import { wordTable } from '../../report/html/chain.ts'
import { html, type Insertable, type SafeHtml } from '../../report/html/safe-html.ts'
import { stepsTable } from '../../report/html/steps-table.ts'
import type { LiveState } from '../live-state.ts'

type Snapshot = NonNullable<LiveState['snapshot']>

/** The tables of a run that one looks up: steps, endpoints, money. */
export function details({ snapshot }: LiveState): SafeHtml {
  if (snapshot === null) return html``
  return html`${stepsTable(snapshot)}
<section aria-labelledby="endpoints-title"><h2 id="endpoints-title">RPC endpoints</h2>
${wordTable(endpointTable(snapshot))}</section>
<section aria-labelledby="protection-title"><h2 id="protection-title">Money and protection</h2>
<div class="columns"><div><h3>Money</h3>${pairs(money(snapshot))}</div>
<div><h3>Protection of the target</h3>${pairs(protection(snapshot))}</div>
<div><h3>The chain</h3>${pairs(chain(snapshot))}</div></div></section>`
}

function money({ spending, gas, funding }: Snapshot): [Insertable, Insertable][] {
  const share =
    spending === null || spending.capWei === '0' ? null : Number(spending.spentWei) / Number(spending.capWei)
  return [
    ...(spending === null
      ? []
      : ([
          [funding === null ? 'spent by the relayer' : 'left the funder', formatVana(spending.spentWei)],
          ['cap', `${formatVana(spending.capWei)} (${formatShare(share)} used)`],
        ] satisfies [string, string][])),
    ['gas of the flows', formatVana(gas.costWei)],
    ['a flow', formatVana(gas.costPerFlowWei)],
    ...(funding === null
      ? []
      : ([
          ['wallets funded', formatCount(funding.ready)],
          ['users waiting for a coin', formatCount(funding.waiting)],
        ] satisfies [string, string][])),
  ]
}

function protection({
  breaker,
  rateLimits,
  retries,
  heldBack,
  lastSecond,
}: Snapshot): [Insertable, Insertable][] {
  const state = breaker === null ? 'none' : breaker.state
  const isOpen = state === 'open' || state === 'half-open'
  return [
    ['circuit breaker', isOpen ? html`<span class="alert">${state}</span>` : state],
    ...(breaker === null ? [] : ([['opened', formatCount(breaker.opened)]] satisfies [string, string][])),
    ['let in', `${formatShare(lastSecond?.admittedShare ?? 1)} of the rate`],
    ['rate limits met', formatCount(rateLimits.count)],
    ['requests made again', formatCount(retries.count)],
    ['users held back', formatCount(heldBack.started + heldBack.dropped)],
  ]
}

function chain({ rpc, now, gas, transactions, permissions }: Snapshot): [Insertable, Insertable][] {
  return [
    ['RPC calls', `${formatRate(now.rpcCallsPerSecond)}/s`],
    ['a flow', formatRate(rpc.callsPerFlow)],
    ['failed', `${formatCount(rpc.failed)} of ${formatCount(rpc.calls)}`],
    ['permissions granted', formatCount(permissions.count)],
    ['from accepted to seen, p95', formatMs(transactions.inclusionMs.p95)],
    ['gas price', formatGwei(gas.price)],
  ]
}
