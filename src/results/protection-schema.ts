import { z } from 'zod'

const count = z.int().nonnegative()
const ms = z.number().nonnegative()
const share = z.number().nonnegative()
const stateSchema = z.enum(['closed', 'open', 'half-open'])

/** Number of changes of state to list; further ones are only counted. */
export const mostTransitions = 100

/** Protection of the target. Times are milliseconds since the start of the run. */
export const protectionSchema = z.object({
  /** The circuit breaker; `null` if there was none. */
  breaker: z
    .object({
      /** Effect of an open breaker: `stop` the run, or `pause` the starts. */
      mode: z.enum(['stop', 'pause']),
      state: stateSchema,
      opened: count,
      /** Time in which it was not closed. */
      openMs: ms,
      /** The first hundred changes of state, and the number of further ones. */
      transitions: z.array(z.object({ atMs: ms, from: stateSchema, to: stateSchema, reason: z.string() })),
      moreTransitions: count,
    })
    .nullable()
    .default(null),
  /** How often the target limited the rate (HTTP 429 and the like), whatever the outcome of the request. */
  rateLimits: z
    .object({
      count,
      /** By step and error code, such as `request SERVER_RATE_LIMITED`; for chain endpoints by the call's method. */
      bySource: z.record(z.string(), count),
      firstMs: ms.nullable(),
      lastMs: ms.nullable(),
      /** Longest pause that it requested. */
      longestRetryAfterMs: ms.nullable(),
    })
    .default({ count: 0, bySource: {}, firstMs: null, lastMs: null, longestRetryAfterMs: null }),
  /** How starts slowed down for these limits; `null` without `--adaptive`. */
  adaptive: z
    .object({
      /** Share of the configured rate that may start now, and its lowest value. */
      share,
      lowestShare: share,
      slowDowns: count,
      /** When it first slowed down, and the total time below the full rate. */
      fromMs: ms.nullable(),
      heldMs: ms,
      /** Mean configured rate and mean rate of starts in that time. */
      askedPerSecond: share.nullable(),
      startedPerSecond: share.nullable(),
    })
    .nullable()
    .default(null),
  /** Due users held back by the breaker or the slow-down: those who started later and those who never did. */
  heldBack: z.object({ started: count, dropped: count }).default({ started: 0, dropped: 0 }),
  /** Retries of idempotent steps, and retries that the budget did not allow. */
  retries: z
    .object({ count, byStep: z.record(z.string(), count), withoutBudget: count })
    .default({ count: 0, byStep: {}, withoutBudget: 0 }),
})

/** Protection of the target. */
export type Protection = z.output<typeof protectionSchema>

/** Protection of a run without any data. */
export const noProtection: Protection = protectionSchema.parse({})
