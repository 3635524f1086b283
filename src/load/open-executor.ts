import type { Arrival } from './arrivals.ts'
import { type Breather, createBreather } from './breathe.ts'
import type { DropReason, ExecutorOptions } from './executor.ts'
import { createFifo } from './fifo.ts'
import { createPlaces, type Places } from './places.ts'
import { createWaitClock, type StartWaits, type WaitClock } from './wait-clock.ts'

/** Options of {@link executeOpen}. */
export type OpenExecutorOptions = ExecutorOptions & {
  /** In order of `dueMs`. Users that another program requests arrive one by one. */
  arrivals: Iterable<Arrival> | AsyncIterable<Arrival>
  /** How long a due user waits for a free slot before it is dropped, in milliseconds. */
  patienceMs: number
}

/** Drops users that the generator reaches later than this, unless patience is longer, instead of catching up in a burst. */
const latestStartMs = 1000

/**
 * Executes an open profile: starts users at their due times on an absolute schedule and returns when all have ended.
 *
 * | when a user is due | then |
 * |---|---|
 * | a slot is free and no user waits | it starts at once |
 * | no slot is free | it waits; the first in line starts as soon as a slot is free |
 * | no slot is free until its patience ends | it is dropped at that moment: `concurrency-limit` |
 * | the gate is shut | it waits; the first in line starts as soon as the gate opens |
 * | the gate is shut until its patience ends | it is dropped at that moment, for the gate's reason |
 * | the generator reaches it too late | it is dropped: `generator-late` |
 * | the run stops | it is dropped at once, waiting or not yet due: `run-stopped` |
 *
 * @example await executeOpen({ arrivals: arrivals(profile, seed), concurrency: 50, patienceMs: 5000, clock, gate: openGate, ... })
 */
export function executeOpen(options: OpenExecutorOptions): Promise<void> {
  return new OpenExecutor(options).run()
}

class OpenExecutor {
  readonly #options: OpenExecutorOptions
  readonly #breather: Breather
  readonly #waitClock: WaitClock
  readonly #places: Places
  readonly #waiting = createFifo<{ arrival: Arrival; waits: () => StartWaits }>()
  readonly #ended = new AbortController()
  #isWatching = false
  #lastRefusedMs = Number.NEGATIVE_INFINITY
  #nextLookMs = Number.POSITIVE_INFINITY
  #onFewerWaiting: () => void = () => {}

  constructor(options: OpenExecutorOptions) {
    const { clock, concurrency } = options
    this.#options = options
    this.#breather = createBreather(clock.now)
    this.#waitClock = createWaitClock(clock.now)
    this.#places = createPlaces(concurrency, () => this.#startWaiting())
  }

  async run(): Promise<void> {
    const { arrivals, gate, signal } = this.#options
    gate.onChange(() => this.#startWaiting())
    const onStop = (): void => {
      this.#dropWaiting(
        () => 'run-stopped',
        () => true,
      )
    }
    signal.addEventListener('abort', onStop, { once: true })
    try {
      for await (const arrival of arrivals) await this.#take(arrival)
      while (this.#waiting.length > 0) {
        await new Promise<void>((resolve) => {
          this.#onFewerWaiting = resolve
        })
      }
      await this.#places.empty()
    } finally {
      this.#ended.abort()
      signal.removeEventListener('abort', onStop)
    }
  }

  /** Waits until a user is due and appends it to the queue. */
  async #take(arrival: Arrival): Promise<void> {
    const { clock, signal, patienceMs, onArrival, onDropped } = this.#options
    const { dueMs } = arrival
    if (!signal.aborted) {
      if (clock.elapsed() < dueMs) {
        await clock.sleepUntil(clock.originMs + dueMs, signal).catch(() => undefined)
        this.#breather.rested()
      } else await this.#breather.breathe()
    }
    if (clock.elapsed() >= dueMs) onArrival(arrival)
    if (signal.aborted) onDropped(arrival, 'run-stopped')
    else if (clock.elapsed() - dueMs > Math.max(patienceMs, latestStartMs))
      onDropped(arrival, 'generator-late')
    else {
      this.#waiting.push({ arrival, waits: this.#waitClock.enter() })
      this.#startWaiting()
      if (this.#waiting.length > 0) void this.#watchPatience()
    }
  }

  #startWaiting(): void {
    const { clock, gate, user } = this.#options
    while (this.#waiting.length > 0 && this.#places.hasRoom() && !this.#ended.signal.aborted) {
      const refusal = gate.refusal(clock.now())
      if (refusal) {
        this.#waitClock.blockedBy('gate')
        this.#lastRefusedMs = clock.elapsed()
        void this.#lookAgain(refusal.untilMs)
        return
      }
      const next = this.#waiting.shift()
      if (!next) return
      const { arrival } = next
      const waits = next.waits()
      gate.admitted(arrival, clock.now(), arrival.dueMs <= this.#lastRefusedMs)
      this.#places.occupy(() => user(arrival, clock.elapsed(), waits))
      this.#onFewerWaiting()
    }
    this.#waitClock.blockedBy(this.#waiting.length > 0 ? 'place' : null)
  }

  /** Asks the gate again at a moment of the clock. */
  async #lookAgain(atMs: number): Promise<void> {
    if (atMs >= this.#nextLookMs) return
    this.#nextLookMs = atMs
    await this.#options.clock.sleepUntil(atMs, this.#ended.signal).catch(() => undefined)
    if (this.#nextLookMs === atMs) this.#nextLookMs = Number.POSITIVE_INFINITY
    this.#startWaiting()
  }

  /** Drops users as their patience ends. One timer is enough, since patience ends in order of arrival. */
  async #watchPatience(): Promise<void> {
    const { clock, patienceMs } = this.#options
    if (this.#isWatching) return
    this.#isWatching = true
    for (let first = this.#waiting.peek(); first; first = this.#waiting.peek()) {
      const endMs = clock.originMs + first.arrival.dueMs + patienceMs
      await clock.sleepUntil(endMs, this.#ended.signal).catch(() => undefined)
      if (this.#ended.signal.aborted) return
      this.#dropWaiting(
        () => this.#reasonToDrop(),
        ({ dueMs }) => clock.elapsed() >= dueMs + patienceMs,
      )
    }
    this.#isWatching = false
  }

  #dropWaiting(reason: () => DropReason, isOver: (arrival: Arrival) => boolean): void {
    for (let first = this.#waiting.peek(); first && isOver(first.arrival); first = this.#waiting.peek()) {
      this.#waiting.shift()
      this.#options.onDropped(first.arrival, reason())
      this.#onFewerWaiting()
    }
  }

  #reasonToDrop(): DropReason {
    const { clock, gate } = this.#options
    const refusal = gate.refusal(clock.now())
    // A lack of slots takes precedence over the pace as the reason, since a faster pace would not have helped.
    if (refusal && (refusal.reason === 'breaker-open' || this.#places.hasRoom())) return refusal.reason
    return 'concurrency-limit'
  }
}
