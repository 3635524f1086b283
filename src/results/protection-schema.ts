import { z } from 'zod'

const count = z.int().nonnegative()
const ms = z.number().nonnegative()
const share = z.number().nonnegative()
const stateSchema = z.enum(['closed', 'open', 'half-open'])

/** More changes of state than these are only counted. */
export const mostTransitions = 100

/** How the target was protected, and from what; times are milliseconds since the start of the run. */
export const protectionSchema = z.object({
  /** The circuit breaker; `null` when there was none. */
  breaker: z
    .object({
      /** What an open breaker does: `stop` the run, or `pause` the starts. */
      mode: z.enum(['stop', 'pause']),
      state: stateSchema,
      opened: count,
      /** Time in which it was not closed. */
      openMs: ms,
      /** The first hundred changes of state, and how many came after. */
      transitions: z.array(z.object({ atMs: ms, from: stateSchema, to: stateSchema, reason: z.string() })),
      moreTransitions: count,
    })
    .nullable()
    .default(null),
  /** How often the target said that it was asked too often (HTTP 429 and the like), whatever became of the request. */
  rateLimits: z
    .object({
      count,
      /** By step and error code, such as `request SERVER_RATE_LIMITED`; of the chain's endpoints by the call's method. */
      bySource: z.record(z.string(), count),
      firstMs: ms.nullable(),
      lastMs: ms.nullable(),
      /** Longest wait that it asked for. */
      longestRetryAfterMs: ms.nullable(),
    })
    .default({ count: 0, bySource: {}, firstMs: null, lastMs: null, longestRetryAfterMs: null }),
  /** How starts were slowed down for these limits; `null` unless that was asked for. */
  adaptive: z
    .object({
      /** Share of the rate that was asked for that may start now, and the lowest it was. */
      share,
      lowestShare: share,
      slowDowns: count,
      /** When it began, and for how long starts were held to less than the whole. */
      fromMs: ms.nullable(),
      heldMs: ms,
      /** What was asked for in the mean of that time, and what started. */
      askedPerSecond: share.nullable(),
      startedPerSecond: share.nullable(),
    })
    .nullable()
    .default(null),
  /** Users who were due and held back by breaker or slow-down: those who started later for it, and those who never did. */
  heldBack: z.object({ started: count, dropped: count }).default({ started: 0, dropped: 0 }),
  /** Requests of idempotent steps that were made again, and those that were not for want of budget. */
  retries: z
    .object({ count, byStep: z.record(z.string(), count), withoutBudget: count })
    .default({ count: 0, byStep: {}, withoutBudget: 0 }),
})

/** How the target was protected, and from what. */
export type Protection = z.output<typeof protectionSchema>

/** The protection of a run of which nothing is known. */
export const noProtection: Protection = protectionSchema.parse({})
