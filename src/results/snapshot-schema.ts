import { z } from 'zod'
import { measurementsSchema, weiSchema } from './measurements-schema.ts'
import { timelineLineSchema } from './timeline-line.ts'

/** Which run it is. */
export const runIdentitySchema = z.object({
  id: z.string(),
  /** `null` when the run was configured without a preset. */
  preset: z.string().nullable(),
  target: z.string(),
  seed: z.union([z.string(), z.number()]),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
})

/** Which run it is. */
export type RunIdentity = z.output<typeof runIdentitySchema>

/** Where a run stands: everything measured so far, in the words of the summary, and what happens right now. JSON. */
export const runSnapshotSchema = measurementsSchema.extend({
  schemaVersion: z.literal(1),
  run: runIdentitySchema,
  elapsedMs: z.number().nonnegative(),
  /** The part of the load profile: `ramp-up`, `sustain`, ... */
  phase: z.string().nullable(),
  now: z.object({
    /** Flows under way. */
    active: z.int().nonnegative(),
    /** Succeeded flows per second over the last ten whole seconds. */
    flowsPerSecond: z.number().nonnegative(),
    rpcCallsPerSecond: z.number().nonnegative(),
    cpuCores: z.number().nonnegative(),
    rssBytes: z.int().nonnegative(),
    eventLoopDelayP99Ms: z.number().nonnegative(),
  }),
  /**
   * What has left the funder, or the relayer has spent, and the cap on it: with users who pay for themselves, most of it comes
   * back at the end. `null` when it isn't known.
   */
  spending: z.object({ spentWei: weiSchema, capWei: weiSchema }).nullable(),
  /** The latest line of the timeline; `null` in the first second. */
  lastSecond: timelineLineSchema.nullable(),
})

/** Where a run stands. */
export type RunSnapshot = z.output<typeof runSnapshotSchema>
