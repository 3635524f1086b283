import type { Clock } from '../async/clock.ts'
import { createTokenBucket, type TokenBucket } from '../chain/rpc/token-bucket.ts'
import { ApiError } from './api-error.ts'

/** How often one party may ask. */
export type RateLimit = { ratePerSecond: number; burst: number }

/**
 * Makes a rate limiter with one token bucket for each key, of which the latest `maxKeys` are kept in mind.
 *
 * Keys that have not been seen for longest are forgotten first, so that no flood of new keys exhausts the memory.
 *
 * @returns a function that takes a token or throws ApiError `RATE_LIMITED` with Retry-After
 * @example const limit = createRateLimiter({ ratePerSecond: 1, burst: 5 }, clock); limit('0xUser')
 */
export function createRateLimiter(limit: RateLimit, clock: Clock, maxKeys = 10_000): (key: string) => void {
  const buckets = new Map<string, TokenBucket>()
  return (key) => {
    const bucket = buckets.get(key) ?? createTokenBucket(limit)
    // Moves the key to the young end.
    buckets.delete(key)
    buckets.set(key, bucket)
    for (const oldest of buckets.keys()) {
      if (buckets.size <= maxKeys) break
      buckets.delete(oldest)
    }
    if (bucket.tryTake(clock.now())) return
    const seconds = Math.max(1, Math.ceil(bucket.waitMs(clock.now()) / 1000))
    throw new ApiError('RATE_LIMITED', `Too many requests; try again in ${seconds} s.`, {
      retryAfter: String(seconds),
    })
  }
}
