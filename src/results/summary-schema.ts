import { z } from 'zod'
import { baselineResultSchema } from './baseline/baseline-result-schema.ts'
import { dependenciesSchema } from './environment.ts'
import { finalCheckSchema } from './final-check-schema.ts'
import { measurementsSchema, weiSchema } from './measurements-schema.ts'
import { runIdentitySchema } from './snapshot-schema.ts'

/** Version of the form of `summary.json`. It rises when a name that tools rely on changes its meaning or goes. */
export const summarySchemaVersion = 1

/** Why a run ended before its load profile did. */
export const stopReasons = [
  'interrupted',
  'circuit-breaker',
  'spending-cap',
  'fail-fast',
  'threshold',
  'target-lost',
  'error',
] as const

/** Why a run ended before its load profile did. */
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

/** A threshold and what became of it. */
export const thresholdResultSchema = z.object({
  expression: z.string(),
  /** The measured value, in `unit`; `null` when nothing was measured. */
  actual: z.number().nullable(),
  /** `ms`, `ratio` (0 to 1), `count`, `per-second`, `bytes`, `gas`, `wei`, or `calls`. */
  unit: z.string(),
  passed: z.boolean(),
  /** No data fails: a threshold on a step that no flow reached does not hold. */
  verdict: z.enum(['pass', 'fail', 'no-data']),
})

/** What became of a threshold. */
export type ThresholdResult = z.output<typeof thresholdResultSchema>

/** Where money went, in wei as decimal strings; `null` where nothing was funded or nothing is known. */
export const moneySchema = z.object({
  /** What the users' wallets were given and had; where a relayer paid, what its lanes had. */
  fundedWei: weiSchema.nullable(),
  spentWei: weiSchema.nullable(),
  sweptWei: weiSchema.nullable(),
  leftWei: weiSchema.nullable(),
  /** Whose money it is; absent where users paid. */
  payer: z.enum(['users', 'relayer']).optional(),
  /** Why the four are not known, where that is so. */
  unknownBecause: z.string().optional(),
})

/** A reason not to take a run's figures at their word. */
export const warningSchema = z.object({ code: z.string(), message: z.string(), hint: z.string() })

/** A reason not to take a run's figures at their word. */
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
      /** `null` when the load profile was carried through. */
      stopped: stopSchema.nullable(),
      /** Which part of a load that several machines make together; `null` when this one made all of it. */
      part: z.object({ index: z.int().nonnegative(), count: z.int().positive() }).nullable(),
    }),
    dependencies: dependenciesSchema,
    /** Faults that were put in front of the target on purpose, as `--fault` has them; none in a clean run. */
    faults: z.array(z.string()).default([]),
    money: moneySchema,
    /** What the last look at the chain found, after the last flow; `null` when there was none. */
    finalCheck: finalCheckSchema.nullable().default(null),
    thresholds: z.array(thresholdResultSchema),
    /** How it stands to the baseline that it was held against; `null` when there was none. */
    baseline: baselineResultSchema.nullable().default(null),
    /** Promises that this run broke. A summary with any is not to be trusted, and its exit code is not 0. */
    problems: z.array(z.object({ code: z.string(), message: z.string() })),
    /** Why its figures may say more of the generator than of what it measured. */
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

/** Why and with which words a run was stopped. */
export type Stop = z.output<typeof stopSchema>

/** The JSON Schema (draft 2020-12) of `summary.json`, for tools in other languages. */
export function summaryJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(summarySchema, { target: 'draft-2020-12' }) }
}
