import { z } from 'zod'

/** One figure of a run against its baseline. */
export const baselineFigureSchema = z.object({
  metric: z.string(),
  /** As that of a threshold's value. */
  unit: z.string(),
  /** The baseline's; the median of its runs where there are several. */
  baseline: z.number().nullable(),
  actual: z.number().nullable(),
  /** As a share of the baseline; of a share of 1, in its own points. */
  change: z.number().nullable(),
  /** Between what the true change lies, in the same; `null` where the flows don't say. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** How much worse it may be, in the same. */
  tolerance: z.number(),
  /**
   * `holds`: within the tolerance; `worse`: beyond it, and beyond noise; `unclear`: beyond it, but so many flows can't show
   * that it is more than chance; `no-data`: nothing was measured. `worse` and `no-data` fail the run.
   */
  verdict: z.enum(['holds', 'worse', 'unclear', 'no-data']),
})

/** A run held against a baseline. */
export const baselineResultSchema = z.object({
  name: z.string().nullable(),
  /** The runs that the baseline was made from. */
  runs: z.array(z.string()),
  /** What this run and those don't have in common. */
  caveats: z.array(
    z.object({ kind: z.enum(['other-test', 'unreliable', 'conditions']), message: z.string() }),
  ),
  figures: z.array(baselineFigureSchema),
  passed: z.boolean(),
})

/** A run held against a baseline. */
export type BaselineResult = z.output<typeof baselineResultSchema>

/** One figure of a run against its baseline. */
export type BaselineFigure = z.output<typeof baselineFigureSchema>
