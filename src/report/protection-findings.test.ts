import { describe, expect, test } from 'vitest'
import { noProtection, type Protection } from '../results/protection-schema.ts'
import type { Summary } from '../results/summary-schema.ts'
import { protectionFindings } from './protection-findings.ts'

/** These findings read nothing else of a summary. */
const textOf = (protection: Partial<Protection>): string[] =>
  protectionFindings({ ...noProtection, ...protection } as Summary).map(
    ({ title, text }) => `${title}: ${text}`,
  )

describe('the findings on the protection of the target', () => {
  test('are none where nothing happened', () => {
    expect(textOf({})).toEqual([])
  })

  test('say when the breaker changed, and why', () => {
    const transitions = [
      { atMs: 130_000, from: 'closed', to: 'open', reason: '5 flows failed in a row' },
      { atMs: 140_000, from: 'open', to: 'half-open', reason: 'the cool-down is over' },
    ] as const
    const breaker = { mode: 'pause', state: 'half-open', opened: 1, openMs: 12_000 } as const
    expect(textOf({ breaker: { ...breaker, transitions: [...transitions], moreTransitions: 3 } })).toEqual([
      'Circuit breaker: It opened once and kept users away for 12 s: 02:10 open (5 flows failed in a row), 02:20 half-open (the cool-down is over), and 3 more changes.',
    ])
  })

  test('say what the run asked for, and what the limit left of it', () => {
    const rateLimits = { count: 12, bySource: { 'request SERVER_RATE_LIMITED': 12 }, firstMs: 130_000 }
    const adaptive = { share: 0.34, lowestShare: 0.25, slowDowns: 2, fromMs: 130_000, heldMs: 65_000 }
    expect(
      textOf({
        rateLimits: { ...rateLimits, lastMs: 140_000, longestRetryAfterMs: 30_000 },
        adaptive: { ...adaptive, askedPerSecond: 5, startedPerSecond: 1.7 },
      }),
    ).toEqual([
      "Rate limit: The target said 12 times that it was asked too often, and to wait for up to 30 s, first at 02:10, most often at request SERVER_RATE_LIMITED. The run asked for 5.00/s; from 02:10 the target's limit held it to 1.70/s, for 1 min 05 s.",
    ])
  })

  test('say which steps were repeated, and that the budget was spent', () => {
    expect(textOf({ retries: { count: 3, byStep: { upload: 2, result: 1 }, withoutBudget: 4 } })).toEqual([
      'Retries: 3 requests had to be repeated (upload 2, result 1). 4 more would have been, had the budget of retries not been spent.',
    ])
  })
})
