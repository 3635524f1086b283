import type { Clock } from './clock.ts'

/** A clock for tests: time stands still until the test advances it. */
export type ManualClock = Clock & {
  /** Advances time to a moment, waking every sleeper at its own time, in order. */
  advanceTo(timeMs: number): Promise<void>
  /** Jumps to a moment, as if the process had been suspended: every sleeper wakes late. */
  skipTo(timeMs: number): Promise<void>
}

/** Makes a clock that starts at 0. */
export function createManualClock(): ManualClock {
  let now = 0
  let sleepers: { timeMs: number; wake: () => void }[] = []
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    now: () => now,
    sleepUntil(timeMs, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason)
      if (timeMs <= now) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          reject(signal?.reason)
        }
        const wake = (): void => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        }
        const sleeper = { timeMs, wake }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', onAbort)
      })
    },
    async skipTo(timeMs) {
      await settle()
      now = timeMs
    },
    async advanceTo(timeMs) {
      for (;;) {
        await settle()
        const next = sleepers.filter((s) => s.timeMs <= timeMs).sort((a, b) => a.timeMs - b.timeMs)[0]
        if (!next) break
        sleepers = sleepers.filter((other) => other !== next)
        now = Math.max(now, next.timeMs)
        next.wake()
      }
      now = Math.max(now, timeMs)
      await settle()
    },
  }
}
