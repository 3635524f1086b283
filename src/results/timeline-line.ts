import { z } from 'zod'
import { type StepName, stepNames } from '../flow/steps.ts'
import { digestSchema } from './measurements-schema.ts'

const count = z.int().nonnegative()
const ms = z.number().nonnegative()
const stepSecondSchema = z.object({ count, meanMs: ms, maxMs: ms })
const stepShape = Object.fromEntries(stepNames.map((name) => [name, stepSecondSchema.optional()]))

const componentSecondSchema = z.object({
  /** CPU time over wall time; 1 is one core. */
  cpuShare: z.number().nonnegative().nullable(),
  rssBytes: count.nullable(),
  busyShare: z.number().nonnegative().nullable(),
  queueDepth: count.nullable(),
})

/** One line of `timeline.ndjson`: what happened between the previous line and this one, normally one second. */
export const timelineLineSchema = z.object({
  /** End of the interval, in milliseconds since the start of the run. */
  atMs: ms,
  /** Length of the interval; more than 1000 if the generator could not keep up. */
  spanMs: ms,
  /** The part of the load profile: `ramp-up`, `sustain`, ... */
  phase: z.string().nullable(),
  arrived: count,
  started: count,
  /** Flows in flight at the end of the interval. */
  active: count,
  ended: z.object({
    succeeded: count,
    failed: count,
    timedOut: count,
    aborted: count,
    dropped: count,
    degraded: count,
  }),
  latencyMs: z.object({
    /** Flows that succeeded in the interval, from their actual start. */
    flow: digestSchema,
    lag: digestSchema,
  }),
  /** The same flows in mergeable buckets: see `src/metrics/log-buckets.ts`. */
  flowBuckets: z.array(z.tuple([count, count])),
  /** Steps that completed in flows that ended in the interval. */
  steps: z.object(stepShape as Record<StepName, z.ZodOptional<typeof stepSecondSchema>>),
  /** Failures by code. */
  errors: z.record(z.string(), count),
  rpc: z.object({ calls: count, failed: count }),
  resources: z.object({
    /** CPU time over wall time; 1 is one core. */
    cpuCores: z.number().nonnegative(),
    /** Utilisation of all cores of the generator's machine, by any program, 0 to 1. */
    machineShare: z.number().nonnegative().nullable().default(null),
    rssBytes: count,
    heapUsedBytes: count,
    eventLoopDelayMs: z.object({ mean: ms, p50: ms, p99: ms, max: ms }),
  }),
  /** Components of the stack that report their resources. */
  components: z.record(z.string(), componentSecondSchema).default({}),
  /** Funded wallets, users who wait for funds, and the longest wait that ended in the interval. */
  funding: z.object({ ready: count, waiting: count, longestWaitMs: ms.nullable() }).nullable().default(null),
  /** State of the circuit breaker: `closed`, `open`, `half-open`, or `off`. */
  breaker: z.string().nullable().default(null),
  /** Share of the configured rate that may start under the target's limits; 1 is all of it. */
  admittedShare: z.number().nonnegative().default(1),
  /** How often the target limited the rate in the interval. */
  rateLimits: count.default(0),
})

/** What happened in one second of a run. */
export type TimelineLine = z.output<typeof timelineLineSchema>
