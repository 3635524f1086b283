import type { Arrival } from './arrivals.ts'

/** Why a due user is held back though there is a place for it. */
export type HoldReason = 'breaker-open' | 'rate-limited'

/** No user may start now. */
export type Refusal = {
  reason: HoldReason
  /** When to ask again, in milliseconds of the clock; `Infinity`: only after a change. */
  untilMs: number
}

/** Says whether users may start, besides there being a place for them. */
export type StartGate = {
  /** Why nobody may start now; `null` when the next one may. */
  refusal(nowMs: number): Refusal | null
  /** A user starts; `wasHeld` tells that it was due before and had been refused. */
  admitted(arrival: Arrival, nowMs: number, wasHeld: boolean): void
  /** Sets what is called when asking again makes sense sooner than announced. */
  onChange(listener: () => void): void
}

/** The gate that is always open. */
export const openGate: StartGate = { refusal: () => null, admitted() {}, onChange() {} }
