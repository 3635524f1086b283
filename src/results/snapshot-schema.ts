import { z } from 'zod'
import { measurementsSchema, weiSchema } from './measurements-schema.ts'
import { timelineLineSchema } from './timeline-line.ts'

/** The run. */
export const runIdentitySchema = z.object({
  id: z.string(),
  /** `null` if the run was configured without a preset. */
  preset: z.string().nullable(),
  target: z.string(),
  seed: z.union([z.string(), z.number()]),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
})

/** The run. */
export type RunIdentity = z.output<typeof runIdentitySchema>

/** Current state of a run as JSON: all measurements so far, with the names of the summary, and what happens right now. */
export const runSnapshotSchema = measurementsSchema.extend({
  schemaVersion: z.literal(1),
  run: runIdentitySchema,
  elapsedMs: z.number().nonnegative(),
  /** The part of the load profile: `ramp-up`, `sustain`, ... */
  phase: z.string().nullable(),
  now: z.object({
    /** Flows in flight. */
    active: z.int().nonnegative(),
    /** Successful flows per second over the last ten whole seconds. */
    flowsPerSecond: z.number().nonnegative(),
    rpcCallsPerSecond: z.number().nonnegative(),
    cpuCores: z.number().nonnegative(),
    rssBytes: z.int().nonnegative(),
    eventLoopDelayP99Ms: z.number().nonnegative(),
  }),
  /**
   * Spending of the funder or the relayer so far, with its cap. If users pay for themselves, most of it returns at the end.
   * `null` if unknown.
   */
  spending: z.object({ spentWei: weiSchema, capWei: weiSchema }).nullable(),
  /** The latest line of the timeline; `null` in the first second. */
  lastSecond: timelineLineSchema.nullable(),
})

/** Current state of a run. */
export type RunSnapshot = z.output<typeof runSnapshotSchema>
