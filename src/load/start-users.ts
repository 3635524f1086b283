import type { Clock } from '../async/clock.ts'
import type { Arrival } from './arrivals.ts'
import { createBreather } from './breathe.ts'
import { createFifo } from './fifo.ts'
import { createPlaces } from './places.ts'
import type { HoldReason, StartGate } from './start-gate.ts'
import { createWaitClock, type StartWaits } from './wait-clock.ts'

/**
 * Why a user never started: no place was free, or the gate was shut, within its patience; the generator itself came too
 * late; the run was stopped.
 */
export type DropReason = 'concurrency-limit' | HoldReason | 'generator-late' | 'run-stopped'

/** What every executor works with. */
export type ExecutorOptions = {
  /** Most users at work at the same time. */
  concurrency: number
  clock: Clock
  /** Says whether users may start at all. */
  gate: StartGate
  /** Aborted to stop: no user starts any more; those at work go on. */
  signal: AbortSignal
  /** Runs the flow of one user; must not reject. `startedMs` is counted from the start, like `dueMs`. */
  user: (arrival: Arrival, startedMs: number, waits: StartWaits) => Promise<void>
  /** Told of each user that was due, or planned, and never started. */
  onDropped: (arrival: Arrival, reason: DropReason) => void
}

/** What {@link startUsers} needs. */
export type StartUsersOptions = ExecutorOptions & {
  /** In order of `dueMs`; those that others ask for come one by one. */
  arrivals: Iterable<Arrival> | AsyncIterable<Arrival>
  /** How long a due user waits for a free place before it is dropped, in milliseconds. */
  patienceMs: number
}

/** Later than this by its own fault the generator starts nobody, unless patience is longer: no burst to catch up. */
const latestStartMs = 1000

/**
 * The executor of open profiles: starts users at their due times on an absolute schedule and returns when all have ended.
 *
 * | a due user finds | then |
 * |---|---|
 * | a free place, nobody waiting | it starts at once |
 * | no free place | it waits; the first in line starts as soon as a place is free |
 * | no free place until its patience ends | it is dropped at that moment: `concurrency-limit` |
 * | the gate shut | it waits; the first in line starts as soon as the gate lets it |
 * | the gate shut until its patience ends | it is dropped at that moment, for the gate's reason |
 * | itself looked at too late | it is dropped: `generator-late` |
 * | the run stopped | it is dropped at once, waiting or not yet due: `run-stopped` |
 *
 * @example await startUsers({ arrivals: arrivals(profile, seed), concurrency: 50, patienceMs: 5000, clock, gate: openGate, signal, user, onDropped })
 */
export async function startUsers(options: StartUsersOptions): Promise<void> {
  const { arrivals, concurrency, patienceMs, clock, gate, signal, user, onDropped } = options
  const originMs = clock.now()
  const elapsed = (): number => clock.now() - originMs
  const breather = createBreather(clock.now)
  const waiting = createFifo<{ arrival: Arrival; waits: () => StartWaits }>()
  const waitClock = createWaitClock(clock.now)
  const ended = new AbortController()
  let isWatching = false
  let lastRefusedMs = Number.NEGATIVE_INFINITY
  let nextLookMs = Number.POSITIVE_INFINITY
  let onFewerWaiting: () => void = () => {}

  const startWaiting = (): void => {
    while (waiting.length > 0 && places.hasRoom() && !ended.signal.aborted) {
      const refusal = gate.refusal(clock.now())
      if (refusal) {
        waitClock.blockedBy('gate')
        lastRefusedMs = elapsed()
        void lookAgain(refusal.untilMs)
        return
      }
      const next = waiting.shift()
      if (!next) return
      const { arrival } = next
      const waits = next.waits()
      gate.admitted(arrival, clock.now(), arrival.dueMs <= lastRefusedMs)
      places.occupy(() => user(arrival, elapsed(), waits))
      onFewerWaiting()
    }
    waitClock.blockedBy(waiting.length > 0 ? 'place' : null)
  }
  const lookAgain = async (atMs: number): Promise<void> => {
    if (atMs >= nextLookMs) return
    nextLookMs = atMs
    await clock.sleepUntil(atMs, ended.signal).catch(() => undefined)
    if (nextLookMs === atMs) nextLookMs = Number.POSITIVE_INFINITY
    startWaiting()
  }
  const reasonToDrop = (): DropReason => {
    const refusal = gate.refusal(clock.now())
    // Places that are all taken are the reason before a pace is: nobody could have gone faster.
    if (refusal && (refusal.reason === 'breaker-open' || places.hasRoom())) return refusal.reason
    return 'concurrency-limit'
  }
  const places = createPlaces(concurrency, startWaiting)
  gate.onChange(startWaiting)
  const dropWaiting = (reason: () => DropReason, isOver: (arrival: Arrival) => boolean): void => {
    for (let first = waiting.peek(); first && isOver(first.arrival); first = waiting.peek()) {
      waiting.shift()
      onDropped(first.arrival, reason())
      onFewerWaiting()
    }
  }
  // One timer for all who wait: they lose patience in the order in which they came.
  const watchPatience = async (): Promise<void> => {
    if (isWatching) return
    isWatching = true
    for (let first = waiting.peek(); first; first = waiting.peek()) {
      await clock.sleepUntil(originMs + first.arrival.dueMs + patienceMs, ended.signal).catch(() => undefined)
      if (ended.signal.aborted) return
      dropWaiting(reasonToDrop, ({ dueMs }) => elapsed() >= dueMs + patienceMs)
    }
    isWatching = false
  }
  const onStop = (): void =>
    dropWaiting(
      () => 'run-stopped',
      () => true,
    )
  signal.addEventListener('abort', onStop, { once: true })

  try {
    for await (const arrival of arrivals) {
      const dueMs = originMs + arrival.dueMs
      if (signal.aborted) {
        onDropped(arrival, 'run-stopped')
        continue
      }
      if (clock.now() < dueMs) {
        await clock.sleepUntil(dueMs, signal).catch(() => undefined)
        breather.rested()
      } else await breather.breathe()
      if (signal.aborted) onDropped(arrival, 'run-stopped')
      else if (elapsed() - arrival.dueMs > Math.max(patienceMs, latestStartMs))
        onDropped(arrival, 'generator-late')
      else {
        waiting.push({ arrival, waits: waitClock.enter() })
        startWaiting()
        if (waiting.length > 0) void watchPatience()
      }
    }
    while (waiting.length > 0) {
      await new Promise<void>((resolve) => {
        onFewerWaiting = resolve
      })
    }
    await places.empty()
  } finally {
    ended.abort()
    signal.removeEventListener('abort', onStop)
  }
}
