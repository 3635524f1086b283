import { z } from 'zod'

const count = z.int().nonnegative()

/** Result of the final check of the chain, after the last flow and before the summary. */
export const finalCheckSchema = z.object({
  /** Flows whose transaction was checked again: those in recent or removed blocks, and those that had given up. */
  checked: count,
  /** Flows whose permission or transaction no longer exists. */
  lost: count,
  /** Flows whose transaction is in a different block or granted a different permission than first seen. */
  moved: count,
  /** Flows that gave up on a transaction that was mined later. */
  late: count,
  /** Reorganizations that the run saw, and the depth of the deepest in blocks. */
  reorganizations: count,
  deepest: count,
  /** Why the check was incomplete; `null` if it was complete. */
  incomplete: z.string().nullable(),
})

/** Result of the final check of the chain. */
export type FinalCheck = z.output<typeof finalCheckSchema>
