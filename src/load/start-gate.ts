import type { Arrival } from './arrivals.ts'

/** Why a due user must wait although a slot is free. */
export type HoldReason = 'breaker-open' | 'rate-limited'

/** Why no user may start now. */
export type Refusal = {
  reason: HoldReason
  /** When to ask again, in milliseconds of the clock; `Infinity` means after a change only. */
  untilMs: number
}

/** Decides whether users may start, in addition to the number of slots. */
export type StartGate = {
  /** Returns why no user may start now; `null` if the next one may. */
  refusal(nowMs: number): Refusal | null
  /** Records the start of a user. `wasHeld`: it was due earlier and had to wait. */
  admitted(arrival: Arrival, nowMs: number, wasHeld: boolean): void
  /** Sets a callback for changes before the announced time. */
  onChange(listener: () => void): void
}

/** A gate that is always open. */
export const openGate: StartGate = { refusal: () => null, admitted() {}, onChange() {} }
