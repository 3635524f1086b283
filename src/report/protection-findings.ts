import type { Summary } from '../results/summary-schema.ts'
import type { Finding } from './finding.ts'
import { formatClock, formatCount, formatCounted, formatElapsed, formatRate } from './format-value.ts'

/** What the circuit breaker, rate limits and retries did; nothing about those that did not act. */
export function protectionFindings(summary: Summary): Finding[] {
  return [...breaker(summary), ...rateLimits(summary), ...retries(summary)]
}

/** The most changes of state that a sentence lists. */
const mostListed = 6

function breaker({ breaker }: Summary): Finding[] {
  if (breaker === null || breaker.opened === 0) return []
  const { mode, opened, openMs, transitions, moreTransitions, state } = breaker
  const listed = transitions
    .slice(0, mostListed)
    .map(({ atMs, to, reason }) => `${formatClock(atMs)} ${to} (${reason})`)
  const more = transitions.length - listed.length + moreTransitions
  const times = opened === 1 ? 'once' : `${opened} times`
  const what =
    mode === 'stop' ? 'Stopped the run' : `Opened ${times} and blocked new users for ${formatElapsed(openMs)}`
  const text = `${what}: ${listed.join(', ')}${more > 0 ? `, and ${formatCounted(more, 'more change')}` : ''}.`
  const hint =
    state === 'closed' ? null : 'The target had not recovered when the run ended: see what broke first.'
  return [{ title: 'Circuit breaker', tone: 'bad', text, hint }]
}

function rateLimits({ rateLimits, adaptive }: Summary): Finding[] {
  const { count, bySource, firstMs, longestRetryAfterMs } = rateLimits
  if (count === 0 || firstMs === null) return []
  const [most = ''] = Object.keys(bySource)
  const wait =
    longestRetryAfterMs === null ? '' : `, with a Retry-After of up to ${formatElapsed(longestRetryAfterMs)}`
  const first = `The target rate-limited ${formatCounted(count, 'request')}${wait}: first at ${formatClock(firstMs)}, most often in ${most}.`
  return [
    {
      title: 'Rate limit',
      tone: 'warn',
      text: `${first}${slowedDown(adaptive)}`,
      hint: adaptive ? null : slowHint,
    },
  ]
}

const slowHint =
  'Lower the rate. --adaptive finds the rate that the limit allows, and --spacing spaces out requests to a personal server.'

function slowedDown(adaptive: Summary['adaptive']): string {
  const { fromMs = null, askedPerSecond = null, startedPerSecond = null, heldMs = 0 } = adaptive ?? {}
  if (fromMs === null || askedPerSecond === null || startedPerSecond === null) return ''
  return ` The configured rate was ${formatRate(askedPerSecond)}/s; from ${formatClock(fromMs)} on the limit reduced it to ${formatRate(startedPerSecond)}/s for ${formatElapsed(heldMs)}.`
}

function retries({ retries }: Summary): Finding[] {
  const { count, byStep, withoutBudget } = retries
  if (count + withoutBudget === 0) return []
  const steps = Object.entries(byStep).map(([step, times]) => `${step} ${times}`)
  const refused =
    withoutBudget > 0
      ? ` ${formatCount(withoutBudget)} more were not, because the retry budget was spent.`
      : ''
  const text = `${formatCounted(count, 'request')} ${count === 1 ? 'was' : 'were'} retried${steps.length > 0 ? ` (${steps.join(', ')})` : ''}.${refused}`
  return [{ title: 'Retries', tone: withoutBudget > 0 ? 'warn' : 'plain', text, hint: null }]
}
