import type { Summary } from '../../results/summary-schema.ts'
import { type TransactionPart, transactionParts } from '../../results/transaction-parts.ts'
import type { Column, ReportNode, TableNode } from '../document/document.ts'
import { formatCount, formatMs, formatShare, nothing } from '../format-value.ts'
import { namedEndpoints } from '../named-endpoints.ts'

type Endpoint = Summary['rpc']['byEndpoint'][string]

const partNames: Record<TransactionPart, string> = {
  sendMs: 'sent, until a node accepted it',
  mempoolMs: 'in the pool, until the time of its block',
  noticeMs: 'in a block, until the block was seen here',
  inclusionMs: 'from accepted to seen',
}

/** How long transactions took to get into blocks, and what each RPC endpoint did. */
export function chainSection(summary: Summary): ReportNode {
  const { clockAheadMs } = summary.transactions
  const clock =
    clockAheadMs === null
      ? ''
      : ` This machine's clock was ${formatMs(Math.abs(clockAheadMs))} ${clockAheadMs < 0 ? 'behind' : 'ahead of'} the newest block at the closest. Block times, which have a resolution of one second, are corrected by it.`
  const text = `A transaction is sent, accepted by a node (or the relayer), included in a block, and seen here.${clock}`
  return {
    kind: 'section',
    id: 'chain-title',
    title: 'Chain',
    depth: 'standard',
    nodes: [
      { kind: 'paragraph', text, depth: 'full' },
      transactionTable(summary),
      { kind: 'heading', text: 'RPC endpoints' },
      endpointTable(summary),
      { kind: 'paragraph', text: endpointNote, depth: 'full' },
    ],
  }
}

const numbers = (...titles: string[]): Column[] => titles.map((title) => ({ title, align: 'end' }))

function transactionTable({ transactions }: Summary): TableNode {
  return {
    kind: 'table',
    columns: [{ title: 'Transaction' }, ...numbers('p50', 'p90', 'p95', 'p99', 'max', 'Count')],
    rows: transactionParts.map((part) => {
      const { p50, p90, p95, p99, max, count } = transactions[part]
      return [partNames[part], ...[p50, p90, p95, p99, max].map(formatMs), formatCount(count)]
    }),
  }
}

/** What each RPC endpoint did, and how long it kept calls waiting. */
export function endpointTable(summary: Pick<Summary, 'rpc'>): TableNode {
  const counts = [
    'Calls',
    'Failed',
    'Rejected',
    '429',
    'Mean',
    'p99',
    'Throttled',
    'Paused',
    'Open',
    'Behind',
  ]
  return {
    kind: 'table',
    columns: [{ title: 'Endpoint' }, ...numbers(...counts)],
    rows: namedEndpoints(summary).map(({ name, endpoint: one }) => [
      name,
      formatCount(one.calls),
      `${formatCount(ownFailures(one))} (${formatShare(ownFailures(one) / Math.max(1, one.calls))})`,
      formatCount(one.rejected),
      formatCount(one.rateLimited),
      // An endpoint without calls in this run has latencies from before it.
      one.calls === 0 ? nothing : formatMs(one.latencyMs.mean),
      one.calls === 0 ? nothing : formatMs(one.latencyMs.p99),
      formatMs(one.tokenWaitMs),
      formatMs(one.pausedMs),
      formatMs(one.openMs),
      lagOf(one),
    ]),
  }
}

function lagOf({ falseHead, maxStallMs, maxHeadLag }: Endpoint): string {
  if (falseHead) return 'false head'
  if (maxStallMs > 0) return `stalled ${formatMs(maxStallMs)}`
  return maxHeadLag === null ? nothing : `${formatCount(maxHeadLag)} blocks`
}

/** Failures that the endpoint caused. */
const ownFailures = ({ failed, rejected }: Endpoint): number => failed - rejected

/** What the columns of {@link endpointTable} mean. */
const endpointNote =
  'Failed: no answer, an internal error, or 429. Rejected: the call itself was at fault, such as a revert or a used nonce. Throttled: time that calls waited because of --rpc-rate. Paused: time for which the endpoint had asked for a pause. Open: time without calls after consecutive failures. Behind: the most blocks that the endpoint was behind another, or the longest time without a new block while transactions waited. The caller is named if the API server (the relayer) reported its own calls.'
