import type { Clock } from '../async/clock.ts'
import type { Arrival } from './arrivals.ts'

/** Why a user that was due never started. */
export type DropReason = 'concurrency-limit' | 'run-stopped'

/** What {@link startUsers} needs. */
export type StartUsersOptions = {
  /** In order of `dueMs`. */
  arrivals: Iterable<Arrival>
  /** Most users at work at the same time. */
  concurrency: number
  /** How long a due user waits for a free place before it is dropped, in milliseconds. */
  patienceMs: number
  clock: Clock
  /** Aborted to stop: no user starts any more; those at work go on. */
  signal: AbortSignal
  /** Carries one user through; must not reject. `startedMs` is counted from the start, like `dueMs`. */
  user: (arrival: Arrival, startedMs: number) => Promise<void>
  /** Told of each user that was due, or planned, and never started. */
  onDropped: (arrival: Arrival, reason: DropReason) => void
}

/**
 * Starts users at their due times on an absolute schedule and returns when all of them have ended.
 *
 * A user that finds no free place waits its patience and is then dropped and told of, never queued without end.
 *
 * @example await startUsers({ arrivals: arrivals(pattern, seed), concurrency: 50, patienceMs: 5000, clock, signal, user, onDropped })
 */
export async function startUsers(options: StartUsersOptions): Promise<void> {
  const { arrivals, concurrency, patienceMs, clock, signal, user, onDropped } = options
  const origin = clock.now()
  const waiting: Arrival[] = []
  let atWork = 0
  let onIdle: () => void = () => {}

  const start = (arrival: Arrival): void => {
    atWork++
    void user(arrival, clock.now() - origin).finally(() => {
      atWork--
      startWaiting()
      if (atWork === 0) onIdle()
    })
  }
  const dropWaiting = (reason: DropReason, isOver: (arrival: Arrival) => boolean): void => {
    while (waiting[0] && isOver(waiting[0])) {
      const [arrival] = waiting.splice(0, 1)
      if (arrival) onDropped(arrival, reason)
    }
  }
  const startWaiting = (): void => {
    if (signal.aborted) dropWaiting('run-stopped', () => true)
    dropWaiting('concurrency-limit', ({ dueMs }) => clock.now() - origin - dueMs > patienceMs)
    while (atWork < concurrency) {
      const next = waiting.shift()
      if (!next) return
      start(next)
    }
  }

  for (const arrival of arrivals) {
    await clock.sleepUntil(origin + arrival.dueMs, signal).catch(() => undefined)
    waiting.push(arrival)
    startWaiting()
  }
  if (atWork > 0) {
    const idle = new Promise<void>((resolve) => {
      onIdle = resolve
    })
    signal.addEventListener('abort', startWaiting, { once: true })
    await idle
    signal.removeEventListener('abort', startWaiting)
  }
}
