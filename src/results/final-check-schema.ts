import { z } from 'zod'

const count = z.int().nonnegative()

/** What the last look at the chain found, after the last flow and before the summary. */
export const finalCheckSchema = z.object({
  /** Flows whose transaction was looked up again: those of recent blocks and of removed ones, and those given up. */
  checked: count,
  /** Flows whose permission, or transaction, is gone. */
  lost: count,
  /** Flows whose transaction is in another block, or granted another permission, than first seen. */
  moved: count,
  /** Flows that gave up on a transaction which was mined later. */
  late: count,
  /** Reorganizations that the run saw, and the blocks that the deepest of them took back. */
  reorganizations: count,
  deepest: count,
  /** Why the look was cut short; `null` when it was not. */
  incomplete: z.string().nullable(),
})

/** What the last look at the chain found. */
export type FinalCheck = z.output<typeof finalCheckSchema>
