import { z } from 'zod'
import { runConditionsSchema } from '../compare/run-conditions.ts'

const figureSchema = z.object({
  value: z.number().nullable(),
  /** Confidence interval; `null` if there are too few flows, and for figures that are a single number per run. */
  low: z.number().nullable(),
  high: z.number().nullable(),
})

/** The content of a baseline file: a performance baseline to commit. It contains no secrets. */
export const baselineSchema = z.object({
  schemaVersion: z.literal(1),
  kind: z.literal('baseline'),
  name: z.string().nullable(),
  tool: z.object({ name: z.literal('vana-load'), version: z.string() }),
  /** The conditions of its latest run. */
  conditions: runConditionsSchema,
  /** How much worse each figure may be: a share of the baseline; for ratios, a difference of the ratios. */
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

/** A performance baseline. */
export type Baseline = z.output<typeof baselineSchema>

/** Tolerances of a baseline without tolerances of its own. */
export const defaultTolerances: Readonly<Record<string, number>> = {
  success: 0.01,
  'flow.p50': 0.2,
  'flow.p95': 0.2,
  flowsPerSecond: 0.2,
  'rpc.callsPerFlow': 0.2,
  'gas.perFlow': 0.05,
}
