import type { RunSnapshot } from '../results/snapshot-schema.ts'
import { formatClock, formatCount, formatMs, formatRate, formatShare } from './format-value.ts'
import { shownOutcomes } from './outcome-names.ts'
import { printable } from './terminal-text.ts'

/**
 * Describes the state of a run on one line, for logs.
 *
 * @example '03:12 sustain: 620 of 1,000 started, 42 in flight, 561 succeeded, 12 failed; 2.90/s, p95 31.0 s, lag p99 3.1 ms'
 */
export function renderLine(snapshot: RunSnapshot): string {
  const { elapsedMs, phase, users, now, latencyMs, arrivals, lastSecond } = snapshot
  const counts = [
    `${formatCount(users.started)} of ${formatCount(users.planned)} started`,
    `${formatCount(now.active)} in flight`,
    ...shownOutcomes
      .filter(({ key }) => key === 'succeeded' || users[key] > 0)
      .map(({ key, name }) => `${formatCount(users[key])} ${name}`),
  ]
  const speed = [
    `${formatRate(now.flowsPerSecond)}/s`,
    `p95 ${formatMs(latencyMs.flow.p95)}`,
    `lag p99 ${formatMs(arrivals.lagMs.p99)}`,
  ]
  const { breaker = null, admittedShare = 1 } = lastSecond ?? {}
  if (breaker === 'open' || breaker === 'half-open') speed.push(`breaker ${breaker}`)
  if (admittedShare < 1) speed.push(`${formatShare(admittedShare)} of the rate admitted`)
  const place = phase === null ? '' : ` ${printable(phase)}`
  return `${formatClock(elapsedMs)}${place}: ${counts.join(', ')}; ${speed.join(', ')}`
}
