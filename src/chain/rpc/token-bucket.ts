/** Settings of {@link createTokenBucket}. */
export type TokenBucketOptions = {
  /** Tokens that come in per second. */
  ratePerSecond: number
  /** Tokens it holds at most, and at first. @default one second's worth, at least 1 */
  burst?: number | undefined
}

/** A token bucket, see {@link createTokenBucket}. */
export type TokenBucket = {
  /** Takes tokens now if there are enough, else takes none. */
  tryTake(nowMs: number, count?: number): boolean
  /** Takes tokens in advance, and says how many milliseconds to wait before using them; keeps the callers' order. */
  reserve(nowMs: number, count?: number): number
  /** Milliseconds until that many tokens are there; 0 if they are. */
  waitMs(nowMs: number, count?: number): number
}

/**
 * Makes a token bucket over a monotonic clock that the caller reads.
 *
 * @example const bucket = createTokenBucket({ ratePerSecond: 25 }); const waitMs = bucket.reserve(clock.now())
 */
export function createTokenBucket({ ratePerSecond, burst }: TokenBucketOptions): TokenBucket {
  const capacity = burst ?? Math.max(1, ratePerSecond)
  let tokens = capacity
  let updatedMs: number | undefined

  const refill = (nowMs: number): void => {
    const elapsedMs = Math.max(0, nowMs - (updatedMs ?? nowMs))
    tokens = Math.min(capacity, tokens + (elapsedMs * ratePerSecond) / 1000)
    updatedMs = nowMs
  }
  const missingMs = (count: number): number => Math.max(0, ((count - tokens) * 1000) / ratePerSecond)

  return {
    tryTake(nowMs, count = 1) {
      refill(nowMs)
      if (tokens < count) return false
      tokens -= count
      return true
    },
    reserve(nowMs, count = 1) {
      refill(nowMs)
      const waitMs = missingMs(count)
      tokens -= count
      return waitMs
    },
    waitMs(nowMs, count = 1) {
      refill(nowMs)
      return missingMs(count)
    },
  }
}
