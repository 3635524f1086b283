import type { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'

/**
 * Reads the JSON of a storage's answer.
 *
 * @throws LoadTestError STORAGE_FAILED when it is not what the schema says; nothing of the answer is quoted
 */
export function parseAnswer<T>(schema: z.ZodType<T>, body: Buffer, action: string): T {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    // Told below.
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const message = `Cannot ${action}: the storage's answer is not what its interface promises.`
  throw new LoadTestError('STORAGE_FAILED', message)
}
