import type { Summary } from '../results/summary-schema.ts'
import type { Finding } from './finding.ts'
import { formatCount, formatCounted, formatMs, formatShare } from './format-value.ts'
import { namedEndpoints } from './named-endpoints.ts'

type Endpoint = Summary['rpc']['byEndpoint'][string]

/** Below these values, an endpoint did not limit the run. */
const notable = { failedShare: 0.01, lagBlocks: 4, waitPerCallMs: 10 }

/**
 * Says which RPC endpoints limited the run, and how: by rate limits, by failures, by a lagging or stalled head, or by the
 * configured rate. Includes the endpoints of the API server if it reports them. Empty if none limited the run.
 */
export function limitingEndpoints(summary: Pick<Summary, 'rpc'>): Finding[] {
  const limits = namedEndpoints(summary)
    .map(({ name, endpoint }) => ({ name, how: limitsOf(endpoint), lostMs: lostMs(endpoint) }))
    .filter(({ how }) => how.length > 0)
    .toSorted((a, b) => b.lostMs - a.lostMs)
  if (limits.length === 0) return []
  const text = limits.map(({ name, how }) => `${name}: ${how.join(', ')}.`).join(' ')
  const areAll = (what: RegExp): boolean => limits.every(({ how }) => how.every((one) => what.test(one)))
  const hint = areAll(/--rpc-rate/)
    ? 'Raise --rpc-rate, or add endpoints.'
    : areAll(/behind$|newest block|stalled$/)
      ? 'Remove it from the endpoints, or wait until it has caught up.'
      : 'Add RPC endpoints, lower the rate, or set --rpc-rate to what the provider allows.'
  return [{ title: 'RPC limits', tone: 'warn', text, hint }]
}

/** Time that calls may have lost at the endpoint. */
const lostMs = ({ tokenWaitMs, pausedMs, openMs }: Endpoint): number => tokenWaitMs + pausedMs + openMs

function limitsOf(one: Endpoint): string[] {
  const limits: string[] = []
  const { calls, failed, rejected, rateLimited, tokenWaitMs, pausedMs, openMs, maxHeadLag } = one
  if (rateLimited > 0) {
    limits.push(`rate-limited ${formatCounted(rateLimited, 'call')} and was paused for ${formatMs(pausedMs)}`)
  }
  // A revert or a used nonce is an answer.
  const others = failed - rejected - rateLimited
  if (others > 0 && others / calls > notable.failedShare) {
    limits.push(
      `${formatCount(others)} of ${formatCount(calls)} calls failed (${formatShare(others / calls)})`,
    )
  }
  if (openMs > 0) limits.push(`got no calls for ${formatMs(openMs)} after consecutive failures`)
  if (one.falseHead) limits.push('reported a newest block that it did not have')
  else if (maxHeadLag !== null && maxHeadLag >= notable.lagBlocks) {
    limits.push(`was up to ${formatCounted(maxHeadLag, 'block')} behind`)
  }
  if (one.maxStallMs > 0)
    limits.push(`had no new block for up to ${formatMs(one.maxStallMs)}: its head stalled`)
  if (tokenWaitMs / Math.max(1, calls) > notable.waitPerCallMs) {
    limits.push(`calls waited ${formatMs(tokenWaitMs)} in total because of --rpc-rate`)
  }
  return limits
}
