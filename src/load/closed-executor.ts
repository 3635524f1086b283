import { raceAbort } from '../async/race-abort.ts'
import { type Breather, createBreather } from './breathe.ts'
import type { ExecutorOptions } from './executor.ts'
import { createFifo } from './fifo.ts'
import { createPlaces, type Places } from './places.ts'
import type { LoadIndex } from './split.ts'

/** Options of {@link executeClosed}. */
export type ClosedExecutorOptions = ExecutorOptions & {
  /** The users of each batch. */
  batches: Iterable<Iterable<LoadIndex>>
  /** Delay from the end of a batch's last user to the start of the next batch, in milliseconds. */
  delayMs: number
}

/**
 * Executes a closed profile: runs one batch after another, and starts each user of a batch as soon as a slot is free.
 *
 * A user is due when the event that it waits for has happened: the first ones of a batch at the end of the delay, every other
 * when a user has ended and freed a slot. Lag is thus the generator's own delay here too, and only a stop drops users. The
 * gate counts as an event to wait for.
 *
 * @example await executeClosed({ batches, delayMs: 8000, concurrency: 2, clock, gate: openGate, signal, ... })
 */
export function executeClosed(options: ClosedExecutorOptions): Promise<void> {
  return new ClosedExecutor(options).run()
}

class ClosedExecutor {
  readonly #options: ClosedExecutorOptions
  readonly #breather: Breather
  readonly #places: Places
  /** When each free slot became free. */
  readonly #freedMs = createFifo<number>()
  #onFreed: () => void = () => {}
  #onGate: () => void = () => {}

  constructor(options: ClosedExecutorOptions) {
    const { clock, concurrency } = options
    this.#options = options
    this.#breather = createBreather(clock.now)
    this.#places = createPlaces(concurrency, () => {
      this.#freedMs.push(clock.elapsed())
      this.#onFreed()
    })
  }

  async run(): Promise<void> {
    const { batches, delayMs, clock, gate, signal } = this.#options
    gate.onChange(() => this.#onGate())
    let dueMs = 0
    for (const batch of batches) {
      await clock.sleepUntil(clock.originMs + dueMs, signal).catch(() => undefined)
      this.#breather.rested()
      await this.#startBatch(batch, dueMs)
      if (!signal.aborted) await raceAbort(this.#places.empty(), signal).catch(() => undefined)
      while (this.#freedMs.length > 0) dueMs = this.#freedMs.shift() ?? dueMs
      dueMs += delayMs
    }
    await this.#places.empty()
  }

  async #startBatch(batch: Iterable<LoadIndex>, batchDueMs: number): Promise<void> {
    const { concurrency, clock, gate, signal, onArrival, user, onDropped } = this.#options
    let begun = 0
    for (const index of batch) {
      if (this.#places.hasRoom()) await this.#breather.breathe()
      else await raceAbort(this.#room(), signal).catch(() => undefined)
      const wasHeld = await this.#passGate()
      if (signal.aborted) {
        const arrival = { index, dueMs: clock.elapsed() }
        onArrival(arrival)
        onDropped(arrival, 'run-stopped')
        continue
      }
      const roomMs = begun++ < concurrency ? batchDueMs : (this.#freedMs.shift() ?? batchDueMs)
      const arrival = { index, dueMs: wasHeld ? clock.elapsed() : roomMs }
      onArrival(arrival)
      gate.admitted(arrival, clock.now(), wasHeld)
      this.#places.occupy(() => user(arrival, clock.elapsed(), { placeMs: 0, gateMs: 0 }))
    }
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#onFreed = resolve
    })
  }

  /** Waits until the gate lets the next user start. @returns whether it had to wait */
  async #passGate(): Promise<boolean> {
    const { clock, gate, signal } = this.#options
    for (let wasHeld = false; ; wasHeld = true) {
      const refusal = gate.refusal(clock.now())
      if (!refusal || signal.aborted) return wasHeld
      const changed = new AbortController()
      this.#onGate = () => changed.abort()
      await clock
        .sleepUntil(refusal.untilMs, AbortSignal.any([signal, changed.signal]))
        .catch(() => undefined)
      this.#breather.rested()
    }
  }
}
