import { ApiError } from './errors.ts'
import { isTruthy, type PythonDict, type PythonValue } from './python-value.ts'

/** What a valid grant file says. */
export type Grant = { operation: string; parameters: PythonDict }

// Python's `$` also matches before a last newline.
const addressPattern = /^0x[0-9a-fA-F]{40}\n?$/
const knownKeys = new Set(['grantee', 'operation', 'parameters', 'expires'])

/**
 * Validates a grant file: its schema, then operation, grantee and expiry.
 *
 * @param expected `granteeAddress` as on chain, checksummed: compared with its case; `nowSeconds` since the epoch
 * @throws {ApiError} GRANT_VALIDATION_ERROR
 * @example validateGrant(value, { operations: ['llm_inference'], granteeAddress: '0x...', nowSeconds: 1_757_000_000 })
 */
export function validateGrant(
  value: PythonValue,
  expected: { operations: readonly string[]; granteeAddress: string; nowSeconds: number },
): Grant {
  const fields = matchSchema(value)
  // An accident of the original, which reads on after the schema failed; but it is what clients see.
  if (fields === undefined) throw invalid("'NoneType' object has no attribute 'operation'")
  const { grantee, operation, parameters, expires } = fields
  if (!expected.operations.includes(operation)) throw invalid('Only LLM inference is supported')
  if (grantee !== expected.granteeAddress) {
    throw invalid('App address does not match the app address in the access permissions')
  }
  if (isTruthy(expires) && expected.nowSeconds > Number(expires)) throw invalid('Grant has expired')
  return { operation, parameters }
}

type GrantFields = { grantee: string; operation: string; parameters: PythonDict; expires: bigint | number }

function matchSchema(value: PythonValue): GrantFields | undefined {
  if (!(value instanceof Map)) return undefined
  for (const key of value.keys()) if (!knownKeys.has(key)) return undefined
  const grantee = value.get('grantee')
  const operation = value.get('operation')
  const parameters = value.get('parameters')
  const expires = value.has('expires') ? value.get('expires') : 0n
  if (typeof grantee !== 'string' || !addressPattern.test(grantee)) return undefined
  if (typeof operation !== 'string' || operation === '') return undefined
  if (!(parameters instanceof Map) || !isTime(expires)) return undefined
  return { grantee, operation, parameters, expires }
}

/** An integer of at least zero; JSON Schema counts 1.0 as one. */
function isTime(value: PythonValue | undefined): value is bigint | number {
  if (typeof value === 'bigint') return value >= 0n
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

const invalid = (reason: string): ApiError =>
  new ApiError('GRANT_VALIDATION_ERROR', `Grant validation failed: ${reason}`)
