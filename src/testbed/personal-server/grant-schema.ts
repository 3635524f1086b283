import { z } from 'zod'
import { ApiError } from './errors.ts'
import type { JsonObject } from './json-value.ts'

/** The content of a valid grant file. */
export type Grant = { operation: string; parameters: JsonObject }

const grantSchema = z.strictObject({
  grantee: z.string().regex(/^0x[0-9a-fA-F]{40}$/),
  operation: z.string().min(1),
  parameters: z.record(z.string(), z.unknown()),
  /** Seconds since the epoch; 0 never expires. Zod's `int` refuses integers above 2^53. */
  expires: z.number().min(0).refine(Number.isInteger).default(0),
})

/**
 * Validates a grant file: its schema, then operation, grantee and expiry.
 *
 * @param expected `granteeAddress`: as on chain, checksummed, compared case-sensitively; `nowSeconds`: since the epoch
 * @throws {ApiError} GRANT_VALIDATION_ERROR
 * @example validateGrant(value, { operations: ['llm_inference'], granteeAddress: '0x...', nowSeconds: 1_757_000_000 })
 */
export function validateGrant(
  value: unknown,
  expected: { operations: readonly string[]; granteeAddress: string; nowSeconds: number },
): Grant {
  const { data: grant } = grantSchema.safeParse(value)
  // The original reads on after the schema has failed, and this is what its clients see.
  if (grant === undefined) throw invalid("'NoneType' object has no attribute 'operation'")
  const { grantee, operation, parameters, expires } = grant
  if (!expected.operations.includes(operation)) throw invalid('Only LLM inference is supported')
  if (grantee !== expected.granteeAddress) {
    throw invalid('App address does not match the app address in the access permissions')
  }
  if (expires !== 0 && expected.nowSeconds > expires) throw invalid('Grant has expired')
  return { operation, parameters }
}

const invalid = (reason: string): ApiError =>
  new ApiError('GRANT_VALIDATION_ERROR', `Grant validation failed: ${reason}`)
