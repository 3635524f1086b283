import type { Summary } from '../results/summary-schema.ts'
import { namedEndpoints } from './chain-tables.ts'
import type { Finding } from './findings.ts'
import { formatCount, formatCounted, formatMs, formatShare } from './format-value.ts'

type Endpoint = Summary['rpc']['byEndpoint'][string]

/** Below these, an endpoint did not limit anything. */
const worthSaying = { failedShare: 0.01, lagBlocks: 4, waitPerCallMs: 10 }

/**
 * Says which RPC endpoint limited the run, and how: by refusals, by failures, by an old head or one that stood still,
 * or by the rate that the run was allowed. The API server's endpoints are looked at as well, where it tells of them. Nothing is said when none did.
 */
export function limitingEndpoints(summary: Pick<Summary, 'rpc'>): Finding[] {
  const limits = namedEndpoints(summary)
    .map(({ name, endpoint }) => ({ name, how: limitsOf(endpoint), lostMs: lostMs(endpoint) }))
    .filter(({ how }) => how.length > 0)
    .toSorted((a, b) => b.lostMs - a.lostMs)
  if (limits.length === 0) return []
  const text = limits.map(({ name, how }) => `${name}: ${how.join(', ')}.`).join(' ')
  const isOnly = (what: RegExp): boolean => limits.every(({ how }) => how.every((one) => what.test(one)))
  const hint = isOnly(/own rate/)
    ? 'Raise --rpc-rate, or add endpoints.'
    : isOnly(/behind$|newest block|stood still$/)
      ? 'Leave it out of the endpoints, or wait until it has caught up.'
      : 'Add RPC endpoints, lower the rate, or set --rpc-rate to what the provider allows.'
  return [{ title: 'RPC limits', tone: 'warn', text, hint }]
}

/** Time that calls may have lost because of it. */
const lostMs = ({ tokenWaitMs, pausedMs, openMs }: Endpoint): number => tokenWaitMs + pausedMs + openMs

function limitsOf(one: Endpoint): string[] {
  const limits: string[] = []
  const { calls, failed, rejected, rateLimited, tokenWaitMs, pausedMs, openMs, maxHeadLag } = one
  if (rateLimited > 0) {
    limits.push(
      `refused ${formatCounted(rateLimited, 'call')} as too many and was spared for ${formatMs(pausedMs)}`,
    )
  }
  // A revert or a used nonce is an answer.
  const others = failed - rejected - rateLimited
  if (others > 0 && others / calls > worthSaying.failedShare) {
    limits.push(
      `${formatCount(others)} of ${formatCount(calls)} calls failed (${formatShare(others / calls)})`,
    )
  }
  if (openMs > 0) limits.push(`failed in a row and was left alone for ${formatMs(openMs)}`)
  if (one.falseHead) limits.push('claimed a newest block that it did not have')
  else if (maxHeadLag !== null && maxHeadLag >= worthSaying.lagBlocks) {
    limits.push(`was up to ${formatCounted(maxHeadLag, 'block')} behind`)
  }
  if (one.maxStallMs > 0)
    limits.push(`had no new block for up to ${formatMs(one.maxStallMs)}: its head stood still`)
  if (tokenWaitMs / Math.max(1, calls) > worthSaying.waitPerCallMs) {
    limits.push(`calls waited ${formatMs(tokenWaitMs)} in all for their turn under the own rate`)
  }
  return limits
}
