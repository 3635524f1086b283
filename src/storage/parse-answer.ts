import type { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'

/**
 * Parses the JSON of a storage's answer.
 *
 * @throws LoadTestError STORAGE_FAILED when it does not match the schema; the message quotes nothing of the answer
 */
export function parseAnswer<T>(schema: z.ZodType<T>, body: Buffer, action: string): T {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    // Reported below.
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const message = `Cannot ${action}: the answer of the storage does not have the documented form.`
  throw new LoadTestError('STORAGE_FAILED', message)
}
