import { z } from 'zod'

/** One figure of a run, compared with its baseline. */
export const baselineFigureSchema = z.object({
  metric: z.string(),
  /** The unit, as for a threshold's value. */
  unit: z.string(),
  /** Value of the baseline: the median if it has several runs. */
  baseline: z.number().nullable(),
  actual: z.number().nullable(),
  /** As a share of the baseline; for ratios, as a difference of the ratios. */
  change: z.number().nullable(),
  /** Confidence interval of the change, in the same unit; `null` if there are too few flows. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** How much worse the figure may be, in the same unit. */
  tolerance: z.number(),
  /**
   * `holds`: within the tolerance; `worse`: beyond the tolerance and beyond noise; `unclear`: beyond the tolerance, but within the
   * noise of this many flows; `no-data`: nothing was measured. `worse` and `no-data` fail the run.
   */
  verdict: z.enum(['holds', 'worse', 'unclear', 'no-data']),
})

/** The comparison of a run with a baseline. */
export const baselineResultSchema = z.object({
  name: z.string().nullable(),
  /** The runs that the baseline was made from. */
  runs: z.array(z.string()),
  /** How the conditions of this run differ from those of the baseline. */
  caveats: z.array(
    z.object({ kind: z.enum(['other-test', 'unreliable', 'conditions']), message: z.string() }),
  ),
  figures: z.array(baselineFigureSchema),
  passed: z.boolean(),
})

/** The comparison of a run with a baseline. */
export type BaselineResult = z.output<typeof baselineResultSchema>

/** One figure of a run, compared with its baseline. */
export type BaselineFigure = z.output<typeof baselineFigureSchema>
