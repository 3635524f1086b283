import { type Hex, isHex } from 'viem'
import { z } from 'zod'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { notANode } from './rpc-answer.ts'

/** Data in hex. */
export const hex = z.custom<Hex>((value) => isHex(value), 'expected hex data')
/** At least one digit: `0x` is data, and no number. */
export const digits = z.custom<Hex>((value) => isHex(value) && value.length > 2, 'expected a number in hex')
/** A number in hex, as large as an amount. */
export const quantity = digits.transform((value) => BigInt(value))
/** A number in hex: a count, an index or an id. */
export const smallQuantity = digits
  .transform(Number)
  .refine(Number.isSafeInteger, 'expected a smaller number')

/**
 * Checks the shape of what a node answered.
 *
 * @throws LoadTestError `CHAIN_RPC_ERROR` that says where it differs
 */
export function parseShape<T>(schema: z.ZodType<T>, value: unknown, method: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.') || 'top'
  throw new LoadTestError(
    'CHAIN_RPC_ERROR',
    `${method}: the node's answer has another shape (at ${where}: ${issue?.message}).`,
    { hint: notANode, details: { method, malformed: true } },
  )
}

/** Reads the number that a node answered; it may be as large as an amount in wei. */
export const parseAmount = (value: unknown, method: string): bigint => parseShape(quantity, value, method)

/** Reads the number that a node answered; a count, an index or an id. */
export const parseCount = (value: unknown, method: string): number => parseShape(smallQuantity, value, method)
