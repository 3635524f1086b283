import type { Summary } from '../results/summary-schema.ts'
import type { Finding } from './findings.ts'
import { formatClock, formatCount, formatCounted, formatElapsed, formatRate } from './format-value.ts'

/** What a run says of the protection of its target: circuit breaker, rate limits and retries, as far as there was any. */
export function protectionFindings(summary: Summary): Finding[] {
  return [...breaker(summary), ...rateLimits(summary), ...retries(summary)]
}

/** More changes of state than these would be a list, and not a sentence. */
const mostTold = 6

function breaker({ breaker }: Summary): Finding[] {
  if (breaker === null || breaker.opened === 0) return []
  const { mode, opened, openMs, transitions, moreTransitions, state } = breaker
  const told = transitions
    .slice(0, mostTold)
    .map(({ atMs, to, reason }) => `${formatClock(atMs)} ${to} (${reason})`)
  const more = transitions.length - told.length + moreTransitions
  const times = opened === 1 ? 'once' : `${opened} times`
  const what =
    mode === 'stop'
      ? 'It stopped the run'
      : `It opened ${times} and kept users away for ${formatElapsed(openMs)}`
  const text = `${what}: ${told.join(', ')}${more > 0 ? `, and ${formatCounted(more, 'more change')}` : ''}.`
  const hint =
    state === 'closed'
      ? null
      : 'The target had not shown that it works again when the run ended: see what broke first.'
  return [{ title: 'Circuit breaker', tone: 'bad', text, hint }]
}

function rateLimits({ rateLimits, adaptive }: Summary): Finding[] {
  const { count, bySource, firstMs, longestRetryAfterMs } = rateLimits
  if (count === 0 || firstMs === null) return []
  const [most = ''] = Object.keys(bySource)
  const wait =
    longestRetryAfterMs === null ? '' : `, and to wait for up to ${formatElapsed(longestRetryAfterMs)}`
  const said = `The target said ${formatCounted(count, 'time')} that it was asked too often${wait}, first at ${formatClock(firstMs)}, most often at ${most}.`
  return [
    {
      title: 'Rate limit',
      tone: 'warn',
      text: `${said}${slowedDown(adaptive)}`,
      hint: adaptive ? null : slowHint,
    },
  ]
}

const slowHint =
  'Ask for a lower rate; --adaptive finds the one that the limit leaves, and --spacing keeps requests to a personal server apart.'

function slowedDown(adaptive: Summary['adaptive']): string {
  const { fromMs = null, askedPerSecond = null, startedPerSecond = null, heldMs = 0 } = adaptive ?? {}
  if (fromMs === null || askedPerSecond === null || startedPerSecond === null) return ''
  return ` The run asked for ${formatRate(askedPerSecond)}/s; from ${formatClock(fromMs)} the target's limit held it to ${formatRate(startedPerSecond)}/s, for ${formatElapsed(heldMs)}.`
}

function retries({ retries }: Summary): Finding[] {
  const { count, byStep, withoutBudget } = retries
  if (count + withoutBudget === 0) return []
  const steps = Object.entries(byStep).map(([step, times]) => `${step} ${times}`)
  const refused =
    withoutBudget > 0
      ? ` ${formatCount(withoutBudget)} more would have been, had the budget of retries not been spent.`
      : ''
  const text = `${formatCounted(count, 'request')} had to be repeated${steps.length > 0 ? ` (${steps.join(', ')})` : ''}.${refused}`
  return [{ title: 'Retries', tone: withoutBudget > 0 ? 'warn' : 'plain', text, hint: null }]
}
