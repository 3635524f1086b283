import { z } from 'zod'
import { dependenciesSchema } from './environment.ts'
import { digestSchema, usersSchema } from './measurements-schema.ts'
import { exitCodeSchema, moneySchema, thresholdResultSchema, warningSchema } from './summary-schema.ts'

const share = z.number().nonnegative()
const rate = z.number().positive()

const bottleneckSchema = z.object({
  component: z.string().nullable(),
  certainty: z.enum(['clear', 'likely', 'open']),
  growthShare: share.nullable(),
  growthMs: share.nullable(),
  load: z.object({ name: z.string(), share, of: z.enum(['busy', 'cpu']) }).nullable(),
})

/** One rate, measured once: a whole run with a folder of its own. */
const capacityStepSchema = z.object({
  ratePerSecond: rate,
  /** `step` while the rate is raised, `bisect` between what held and what broke, `confirm` once more to be sure. */
  purpose: z.enum(['step', 'bisect', 'confirm']),
  held: z.boolean(),
  /** The thresholds of the search, as they were judged at this rate. */
  thresholds: z.array(thresholdResultSchema),
  /** Why the run of this step was stopped, if it was. */
  stopped: z.string().nullable(),
  runId: z.string(),
  durationMs: z.number().nonnegative(),
  users: usersSchema,
  flowsPerSecond: z.number().nonnegative(),
  flowMs: digestSchema,
  /** How near each component was to its limit, the nearest first. */
  loads: z.array(z.object({ name: z.string(), share, of: z.enum(['busy', 'cpu']) })),
  /** CPU of the whole machine, 0 to 1. */
  machineShare: share.nullable(),
  warnings: z.array(warningSchema),
})

/** The content of `capacity.json`: what a search for the capacity measured and found. */
export const capacitySchema = z.object({
  schemaVersion: z.literal(1),
  kind: z.literal('capacity'),
  tool: z.object({ name: z.literal('vana-load'), version: z.string() }),
  search: z.object({
    id: z.string(),
    preset: z.string().nullable(),
    target: z.string(),
    seed: z.string(),
    startedAt: z.string(),
    endedAt: z.string(),
    durationMs: z.number().nonnegative(),
    startPerSecond: rate,
    maxPerSecond: rate,
    stepMs: z.number().positive(),
    /** Why it ended before it was sure; `null` when it is. */
    stopped: z
      .object({
        reason: z.enum(['time', 'interrupted', 'target-lost', 'spending-cap', 'error']),
        message: z.string(),
      })
      .nullable(),
  }),
  dependencies: dependenciesSchema,
  capacity: z.object({
    /** The highest rate that holds, in users per second; `null` when none did. */
    ratePerSecond: rate.nullable(),
    /** The lowest rate that broke; `null` when none did, so that the capacity is at least the maximum. */
    brokeAtPerSecond: rate.nullable(),
    /** How often the highest rate was measured, and how often it held. */
    runs: z.int().nonnegative(),
    held: z.int().nonnegative(),
    /** How likely the rate is to hold once more: (held + 1) / (runs + 2). */
    confidence: share.nullable(),
  }),
  /** What broke first between the two; `null` when nothing broke. */
  brokeFirst: bottleneckSchema
    .extend({
      /** The thresholds that did not hold at the lowest rate that broke. */
      thresholds: z.array(thresholdResultSchema),
    })
    .nullable(),
  steps: z.array(capacityStepSchema),
  /** Of all steps together. */
  money: moneySchema,
  /** Promises that a step broke. */
  problems: z.array(z.object({ code: z.string(), message: z.string() })),
  exitCode: exitCodeSchema,
})

/** What a search for the capacity measured and found. */
export type Capacity = z.output<typeof capacitySchema>

/** One rate, measured once. */
export type CapacityStep = Capacity['steps'][number]

/**
 * The exit code of a search that took place: 0 when a rate holds, 4 when none does, else as for a run.
 */
export function exitCodeOfCapacity({
  search,
  capacity,
  problems,
}: Pick<Capacity, 'search' | 'capacity' | 'problems'>): Capacity['exitCode'] {
  if (search.stopped?.reason === 'interrupted') return 130
  if (search.stopped?.reason === 'target-lost') return 3
  if (problems.length > 0 || search.stopped?.reason === 'error') return 1
  if (search.stopped?.reason === 'spending-cap') return 5
  return capacity.ratePerSecond === null ? 4 : 0
}
