import type { z } from 'zod'
import { ApiError } from './api-error.ts'

/** Names in a body are whatever its sender wrote, and come back in the answer. */
const maxFaultLength = 200

/** Names the first few faults of a body, never its values. */
export function badRequest(error: z.ZodError): ApiError {
  const faults = error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`.slice(0, maxFaultLength))
  return new ApiError('BAD_REQUEST', faults.join('; '))
}

/**
 * Returns what a schema makes of a part of a request.
 *
 * @throws ApiError `BAD_REQUEST`
 * @example const { address } = parseOr400(z.object({ address: z.string() }), request.query)
 */
export function parseOr400<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw badRequest(parsed.error)
}
