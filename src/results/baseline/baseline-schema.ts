import { z } from 'zod'
import { runConditionsSchema } from '../compare/run-conditions.ts'

const figureSchema = z.object({
  value: z.number().nullable(),
  /** Between what the true value lies; `null` where the flows don't say, and for what is one number a run. */
  low: z.number().nullable(),
  high: z.number().nullable(),
})

/** A baseline file: what a run has to be as good as. It is made to be committed, and holds no secrets. */
export const baselineSchema = z.object({
  schemaVersion: z.literal(1),
  kind: z.literal('baseline'),
  name: z.string().nullable(),
  tool: z.object({ name: z.literal('vana-load'), version: z.string() }),
  /** Under what its latest run was made. */
  conditions: runConditionsSchema,
  /** How much worse each figure may be: a share of the baseline; of a share of 1, in its own points. */
  tolerances: z.record(z.string(), z.number().positive()),
  runs: z
    .array(
      z.object({
        id: z.string(),
        startedAt: z.string(),
        flows: z.int().nonnegative(),
        figures: z.record(z.string(), figureSchema),
      }),
    )
    .min(1),
})

/** What a run has to be as good as. */
export type Baseline = z.output<typeof baselineSchema>

/** Tolerances of a baseline that names no others. */
export const defaultTolerances: Readonly<Record<string, number>> = {
  success: 0.01,
  'flow.p50': 0.2,
  'flow.p95': 0.2,
  flowsPerSecond: 0.2,
  'rpc.callsPerFlow': 0.2,
  'gas.perFlow': 0.05,
}
