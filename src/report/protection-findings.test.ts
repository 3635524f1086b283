import { describe, expect, it } from 'vitest'
import { noProtection, type Protection } from '../results/protection-schema.ts'
import type { Summary } from '../results/summary-schema.ts'
import { protectionFindings } from './protection-findings.ts'

/** The only fields of a summary that these findings read. */
const textOf = (protection: Partial<Protection>): string[] =>
  protectionFindings({ ...noProtection, ...protection } as Summary).map(
    ({ title, text }) => `${title}: ${text}`,
  )

describe('protectionFindings', () => {
  it('finds nothing if nothing happened', () => {
    expect(textOf({})).toEqual([])
  })

  it('reports the changes of the breaker with their reasons', () => {
    const transitions = [
      { atMs: 130_000, from: 'closed', to: 'open', reason: '5 flows failed in a row' },
      { atMs: 140_000, from: 'open', to: 'half-open', reason: 'the cool-down is over' },
    ] as const
    const breaker = { mode: 'pause', state: 'half-open', opened: 1, openMs: 12_000 } as const
    expect(textOf({ breaker: { ...breaker, transitions: [...transitions], moreTransitions: 3 } })).toEqual([
      'Circuit breaker: Opened once and blocked new users for 12 s: 02:10 open (5 flows failed in a row), 02:20 half-open (the cool-down is over), and 3 more changes.',
    ])
  })

  it('reports the configured rate and the rate under the limit', () => {
    const rateLimits = { count: 12, bySource: { 'request SERVER_RATE_LIMITED': 12 }, firstMs: 130_000 }
    const adaptive = { share: 0.34, lowestShare: 0.25, slowDowns: 2, fromMs: 130_000, heldMs: 65_000 }
    expect(
      textOf({
        rateLimits: { ...rateLimits, lastMs: 140_000, longestRetryAfterMs: 30_000 },
        adaptive: { ...adaptive, askedPerSecond: 5, startedPerSecond: 1.7 },
      }),
    ).toEqual([
      'Rate limit: The target rate-limited 12 requests, with a Retry-After of up to 30 s: first at 02:10, most often in request SERVER_RATE_LIMITED. The configured rate was 5.00/s; from 02:10 on the limit reduced it to 1.70/s for 1 min 05 s.',
    ])
  })

  it('reports retried steps and a spent budget', () => {
    expect(textOf({ retries: { count: 3, byStep: { upload: 2, result: 1 }, withoutBudget: 4 } })).toEqual([
      'Retries: 3 requests were retried (upload 2, result 1). 4 more were not, because the retry budget was spent.',
    ])
  })
})
