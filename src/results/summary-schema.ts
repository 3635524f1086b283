import { z } from 'zod'
import { baselineResultSchema } from './baseline/baseline-result-schema.ts'
import { dependenciesSchema } from './environment.ts'
import { finalCheckSchema } from './final-check-schema.ts'
import { measurementsSchema, weiSchema } from './measurements-schema.ts'
import { runIdentitySchema } from './snapshot-schema.ts'

/** Version of the format of `summary.json`. Increases when a name that tools rely on changes its meaning or disappears. */
export const summarySchemaVersion = 1

/** Why a run ended before its load profile. */
export const stopReasons = [
  'interrupted',
  'circuit-breaker',
  'spending-cap',
  'fail-fast',
  'threshold',
  'target-lost',
  'error',
] as const

/** Why a run ended before its load profile. */
export type StopReason = (typeof stopReasons)[number]

const stopSchema = z.object({ reason: z.enum(stopReasons), message: z.string() })

/** The exit codes of `vana-load run`. */
export const exitCodeSchema = z.union([
  z.literal(0),
  z.literal(1),
  z.literal(2),
  z.literal(3),
  z.literal(4),
  z.literal(5),
  z.literal(130),
])

/** A threshold with its result. */
export const thresholdResultSchema = z.object({
  expression: z.string(),
  /** The measured value, in `unit`; `null` if nothing was measured. */
  actual: z.number().nullable(),
  /** `ms`, `ratio` (0 to 1), `count`, `per-second`, `bytes`, `gas`, `wei`, or `calls`. */
  unit: z.string(),
  passed: z.boolean(),
  /** Missing data fails: a threshold on a step that no flow reached does not hold. */
  verdict: z.enum(['pass', 'fail', 'no-data']),
})

/** A threshold with its result. */
export type ThresholdResult = z.output<typeof thresholdResultSchema>

/** Money in wei, as decimal strings; `null` if nothing was funded or it is unknown. */
export const moneySchema = z.object({
  /** Funds of the users' wallets or, if a relayer paid, of its lanes. */
  fundedWei: weiSchema.nullable(),
  spentWei: weiSchema.nullable(),
  sweptWei: weiSchema.nullable(),
  leftWei: weiSchema.nullable(),
  /** Owner of the money; absent if users paid. */
  payer: z.enum(['users', 'relayer']).optional(),
  /** Why the four are unknown, if they are. */
  unknownBecause: z.string().optional(),
})

/** A reason why a run's figures may be unreliable. */
export const warningSchema = z.object({ code: z.string(), message: z.string(), hint: z.string() })

/** A reason why a run's figures may be unreliable. */
export type Warning = z.output<typeof warningSchema>

/** The content of `summary.json`. */
export const summarySchema = measurementsSchema
  .extend({
    schemaVersion: z.literal(summarySchemaVersion),
    tool: z.object({ name: z.literal('vana-load'), version: z.string() }),
    run: runIdentitySchema.extend({
      /** ISO 8601, UTC. */
      endedAt: z.string(),
      durationMs: z.number().nonnegative(),
      /** `null` if the load profile was completed. */
      stopped: stopSchema.nullable(),
      /** Part of a load that several machines share; `null` if this run is the whole load. */
      part: z.object({ index: z.int().nonnegative(), count: z.int().positive() }).nullable(),
    }),
    dependencies: dependenciesSchema,
    /** Faults injected in front of the target, in the form of `--fault`; none in a clean run. */
    faults: z.array(z.string()).default([]),
    money: moneySchema,
    /** Result of the final check of the chain, after the last flow; `null` if there was none. */
    finalCheck: finalCheckSchema.nullable().default(null),
    thresholds: z.array(thresholdResultSchema),
    /** Comparison with its baseline; `null` if there was none. */
    baseline: baselineResultSchema.nullable().default(null),
    /** Guarantees that this run broke. A summary with problems is unreliable, and its exit code is not 0. */
    problems: z.array(z.object({ code: z.string(), message: z.string() })),
    /** Why its figures may reflect the generator instead of the target. */
    warnings: z.array(warningSchema).default([]),
    exitCode: exitCodeSchema,
  })
  .meta({
    title: 'Summary of a vana-load run',
    description:
      'Durations are milliseconds, null means that nothing was measured, and amounts of wei are decimal strings.',
  })

/** The summary of a run. */
export type Summary = z.output<typeof summarySchema>

/** The exit code of a run. */
export type ExitCode = Summary['exitCode']

/** Reason and message of a stopped run. */
export type Stop = z.output<typeof stopSchema>

/** The JSON Schema (draft 2020-12) of `summary.json`, for tools in other languages. */
export function summaryJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(summarySchema, { target: 'draft-2020-12' }) }
}
