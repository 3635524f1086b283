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

/** One measurement of a rate: a whole run with its own folder. */
const capacityStepSchema = z.object({
  ratePerSecond: rate,
  /** `step` while the rate rises, `bisect` between the rate that held and the one that broke, `confirm` to repeat. */
  purpose: z.enum(['step', 'bisect', 'confirm']),
  held: z.boolean(),
  /** Results of the search's thresholds at this rate. */
  thresholds: z.array(thresholdResultSchema),
  /** Why the run of this step stopped early, if it did. */
  stopped: z.string().nullable(),
  runId: z.string(),
  durationMs: z.number().nonnegative(),
  users: usersSchema,
  flowsPerSecond: z.number().nonnegative(),
  flowMs: digestSchema,
  /** Utilisation of each component, the highest first. */
  loads: z.array(z.object({ name: z.string(), share, of: z.enum(['busy', 'cpu']) })),
  /** CPU of the whole machine, 0 to 1. */
  machineShare: share.nullable(),
  warnings: z.array(warningSchema),
})

/** The content of `capacity.json`: measurements and result of a capacity search. */
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
    /** Why it ended before it was complete; `null` if it is complete. */
    stopped: z
      .object({
        reason: z.enum(['time', 'interrupted', 'target-lost', 'spending-cap', 'error']),
        message: z.string(),
      })
      .nullable(),
  }),
  dependencies: dependenciesSchema,
  capacity: z.object({
    /** Highest rate that held, in users per second; `null` if none did. */
    ratePerSecond: rate.nullable(),
    /** Lowest rate that broke; `null` if none did, so that the capacity is at least the maximum. */
    brokeAtPerSecond: rate.nullable(),
    /** How often the highest rate was measured and how often it held. */
    runs: z.int().nonnegative(),
    held: z.int().nonnegative(),
    /** Probability that the rate holds again: (held + 1) / (runs + 2). */
    confidence: share.nullable(),
  }),
  /** What broke first between the two; `null` if nothing broke. */
  brokeFirst: bottleneckSchema
    .extend({
      /** Thresholds that failed at the lowest rate that broke. */
      thresholds: z.array(thresholdResultSchema),
    })
    .nullable(),
  steps: z.array(capacityStepSchema),
  /** Totals of all steps. */
  money: moneySchema,
  /** Guarantees that a step broke. */
  problems: z.array(z.object({ code: z.string(), message: z.string() })),
  exitCode: exitCodeSchema,
})

/** Measurements and result of a capacity search. */
export type Capacity = z.output<typeof capacitySchema>

/** One measurement of a rate. */
export type CapacityStep = Capacity['steps'][number]

/**
 * Returns the exit code of a completed search: 0 if a rate holds, 4 if none does, else as for a run.
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
