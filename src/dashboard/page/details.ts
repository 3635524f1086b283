import type { Pair, ReportNode } from '../../report/document/document.ts'
import { badge } from '../../report/document/inline.ts'
import {
  formatCount,
  formatGwei,
  formatMs,
  formatRate,
  formatShare,
  formatVana,
} from '../../report/format-value.ts'
import { endpointTable } from '../../report/run/chain.ts'
import { stepSection } from '../../report/run/step-table.ts'
import type { LiveState } from '../live-state.ts'

type Snapshot = NonNullable<LiveState['snapshot']>

/** Tables for reference: steps, endpoints, money and protection. */
export function details({ snapshot }: LiveState): ReportNode[] {
  if (snapshot === null) return []
  return [
    stepSection(snapshot),
    {
      kind: 'section',
      id: 'endpoints-title',
      title: 'RPC endpoints',
      nodes: [endpointTable(snapshot)],
    },
    {
      kind: 'section',
      id: 'protection-title',
      title: 'Money and protection',
      nodes: [
        {
          kind: 'columns',
          layout: 'even',
          nodes: [
            { kind: 'pairs', title: 'Money', pairs: money(snapshot) },
            { kind: 'pairs', title: 'Protection of the target', pairs: protection(snapshot) },
            { kind: 'pairs', title: 'Chain', pairs: chain(snapshot) },
          ],
        },
      ],
    },
  ]
}

function money({ spending, gas, funding }: Snapshot): Pair[] {
  const pairs: Pair[] = []
  if (spending !== null) {
    const { spentWei, capWei } = spending
    pairs.push(
      [funding === null ? 'spent by the relayer' : 'paid out by the funder', formatVana(spentWei)],
      ['cap', `${formatVana(capWei)} (${formatShare(shareOf(spentWei, capWei))} used)`],
    )
  }
  pairs.push(['gas of the flows', formatVana(gas.costWei)], ['per flow', formatVana(gas.costPerFlowWei)])
  if (funding !== null) {
    pairs.push(
      ['wallets funded', formatCount(funding.ready)],
      ['users waiting for funds', formatCount(funding.waiting)],
    )
  }
  return pairs
}

/** The share of a cap that is spent, to a hundredth of a percent; `null` without a cap. */
function shareOf(spentWei: string, capWei: string): number | null {
  const cap = BigInt(capWei)
  return cap === 0n ? null : Number((BigInt(spentWei) * 10_000n) / cap) / 10_000
}

function protection({ breaker, rateLimits, retries, heldBack, lastSecond }: Snapshot): Pair[] {
  const state = breaker === null ? 'none' : breaker.state
  const isOpen = state === 'open' || state === 'half-open'
  const opened: Pair[] = breaker === null ? [] : [['opened', formatCount(breaker.opened)]]
  return [
    ['circuit breaker', isOpen ? badge(state, 'warn') : state],
    ...opened,
    ['admitted', `${formatShare(lastSecond?.admittedShare ?? 1)} of the rate`],
    ['rate-limited requests', formatCount(rateLimits.count)],
    ['retried requests', formatCount(retries.count)],
    ['users held back', formatCount(heldBack.started + heldBack.dropped)],
  ]
}

function chain({ rpc, now, gas, transactions, permissions }: Snapshot): Pair[] {
  return [
    ['RPC calls', `${formatRate(now.rpcCallsPerSecond)}/s`],
    ['per flow', formatRate(rpc.callsPerFlow)],
    ['failed', `${formatCount(rpc.failed)} of ${formatCount(rpc.calls)}`],
    ['permissions granted', formatCount(permissions.count)],
    ['accepted to seen, p95', formatMs(transactions.inclusionMs.p95)],
    ['gas price', formatGwei(gas.price)],
  ]
}
