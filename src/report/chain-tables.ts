import type { Summary } from '../results/summary-schema.ts'
import { type TransactionPart, transactionParts } from '../results/transaction-parts.ts'
import { formatCount, formatMs, formatShare, nothing } from './format-value.ts'

type Endpoint = Summary['rpc']['byEndpoint'][string]

/** A table as words: the first cell of a row is its head. */
export type WordTable = { head: readonly string[]; rows: readonly (readonly string[])[] }

const partWords: Record<TransactionPart, string> = {
  sendMs: 'sent, until a node had taken it',
  mempoolMs: 'in the pool, until its block’s time',
  noticeMs: 'in a block, until that was seen here',
  inclusionMs: 'from taken to seen',
}

/** How long transactions were on each part of their way. */
export function transactionTable({ transactions }: Summary): WordTable {
  return {
    head: ['A transaction', 'p50', 'p90', 'p95', 'p99', 'max', 'count'],
    rows: transactionParts.map((part) => {
      const { p50, p90, p95, p99, max, count } = transactions[part]
      return [partWords[part], ...[p50, p90, p95, p99, max].map(formatMs), formatCount(count)]
    }),
  }
}

/** RPC endpoints by the names that they go by in reports: their URLs without keys, and who asked them if that was not one. */
export function namedEndpoints({ rpc }: Pick<Summary, 'rpc'>): { name: string; endpoint: Endpoint }[] {
  const { byEndpoint, apiServer } = rpc
  const named = (endpoints: Record<string, Endpoint>, whose: string) =>
    Object.entries(endpoints).map(([label, endpoint]) => ({ name: label + whose, endpoint }))
  if (apiServer === null) return named(byEndpoint, '')
  return [...named(byEndpoint, ' (generator)'), ...named(apiServer.byEndpoint, ' (API server)')]
}

/** What each RPC endpoint had to do, and what it kept the run waiting for. */
export function endpointTable(summary: Pick<Summary, 'rpc'>): WordTable {
  return {
    head: [
      'Endpoint',
      'Calls',
      'Failed',
      'Rejected',
      '429',
      'Mean',
      'p99',
      'Own rate',
      'Paused',
      'Open',
      'Behind',
    ],
    rows: namedEndpoints(summary).map(({ name, endpoint: one }) => [
      name,
      formatCount(one.calls),
      `${formatCount(failures(one))} (${formatShare(failures(one) / Math.max(1, one.calls))})`,
      formatCount(one.rejected),
      formatCount(one.rateLimited),
      formatMs(one.latencyMs.mean),
      formatMs(one.latencyMs.p99),
      formatMs(one.tokenWaitMs),
      formatMs(one.pausedMs),
      formatMs(one.openMs),
      one.falseHead
        ? 'false head'
        : one.maxStallMs > 0
          ? `stood still ${formatMs(one.maxStallMs)}`
          : one.maxHeadLag === null
            ? nothing
            : `${formatCount(one.maxHeadLag)} blocks`,
    ]),
  }
}

/** Those that were the endpoint's own doing. */
const failures = ({ failed, rejected }: Endpoint): number => failed - rejected

/** What the columns of {@link endpointTable} mean. */
export const endpointWords =
  'Failed: no answer, an internal error, or 429. Rejected: the answer was an error of the call’s own, such as a revert or a used nonce. Own rate: time that calls waited for their turn under --rpc-rate. Paused: time for which the endpoint had asked for a pause. Open: time for which it was left alone after failures in a row. Behind: most blocks that it was behind another, or the longest that it had no new one while transactions waited. Who asked is named where the API server, the relayer, told of its own calls.'
