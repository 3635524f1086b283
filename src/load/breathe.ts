import { setImmediate } from 'node:timers/promises'

/** Longest time that starting users may block the event loop, in milliseconds. */
const longestMs = 5

/** Pauses for loops that start many users at once. */
export type Breather = {
  /** Yields to the event loop after 5 ms, so that sockets and timers of users in flight do not wait. */
  breathe(): Promise<void> | undefined
  /** Records that the event loop has just run. */
  rested(): void
}

/** @param now milliseconds of any clock */
export function createBreather(now: () => number): Breather {
  let busySinceMs = now()
  const rested = (): void => {
    busySinceMs = now()
  }
  return {
    breathe: () => (now() - busySinceMs > longestMs ? setImmediate().then(rested) : undefined),
    rested,
  }
}
