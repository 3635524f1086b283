import { createFailureWatch, type FailureLimits } from './failure-watch.ts'

/** `closed` lets every user start, `open` none, `half-open` a few to try. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/** What a user that ended says of the target; `unknown` for one that was aborted. */
export type BreakerVerdict = 'worked' | 'failed' | 'unknown'

/** How a breaker decides. */
export type CircuitBreakerOptions = FailureLimits & {
  /** From its opening to the first try, in milliseconds; doubles with every try that fails. */
  coolDownMs: number
  /** The longest it gets. */
  maxCoolDownMs: number
  /** Users that try whether the target works again; all of them have to get through. */
  probes: number
}

/** The breaker went from one state to another. */
export type BreakerTransition = { atMs: number; from: BreakerState; to: BreakerState; reason: string }

/** A circuit breaker, see {@link createCircuitBreaker}. All times are milliseconds of the caller's clock. */
export type CircuitBreaker = {
  state(nowMs: number): BreakerState
  /** When to ask again, `Infinity` for when a probe ends; `null` when a user may start now. */
  refusedUntilMs(nowMs: number): number | null
  /** A user starts, who was not refused. Returns what {@link ended} wants of it. */
  admitted(nowMs: number): number
  /** A user ended. */
  ended(admission: number, verdict: BreakerVerdict, nowMs: number): void
  /** When it opened, if it has not closed since. */
  openSinceMs(): number | null
}

/**
 * Makes a circuit breaker: it keeps users away from a target that fails, and finds out when it works again.
 *
 * | state | event | then |
 * |---|---|---|
 * | closed | a user fails, and the failures are too many | open, for the cool-down |
 * | closed | anything else ends | closed |
 * | open | the cool-down is over | half-open |
 * | half-open | a user wants to start, and fewer than `probes` are out or have worked | it goes as a probe |
 * | half-open | all `probes` have worked | closed; failures and cool-down are as at the start |
 * | half-open | a probe fails | open, for twice the cool-down |
 * | half-open | a probe says nothing | its turn is free again |
 * | any | a user ends that started before the last change of state | nothing: it shows an earlier state of the target |
 *
 * @param onTransition called with each change of state
 */
export function createCircuitBreaker(
  options: CircuitBreakerOptions,
  onTransition: (transition: BreakerTransition) => void,
): CircuitBreaker {
  const { coolDownMs, maxCoolDownMs, probes } = options
  let state: BreakerState = 'closed'
  let tooManyFailures = createFailureWatch(options)
  let openings = 0
  let untilMs = 0
  let openSinceMs: number | null = null
  /** Rises with every change of state, so that users of an earlier one are recognised. */
  let era = 0
  let out = 0
  let worked = 0

  const change = (to: BreakerState, atMs: number, reason: string): void => {
    const from = state
    state = to
    era++
    out = 0
    worked = 0
    if (to === 'open') {
      untilMs = atMs + Math.min(maxCoolDownMs, coolDownMs * 2 ** openings++)
      openSinceMs ??= atMs
    } else if (to === 'closed') {
      openings = 0
      openSinceMs = null
      tooManyFailures = createFailureWatch(options)
    }
    onTransition({ atMs, from, to, reason })
  }
  const passTime = (nowMs: number): void => {
    if (state === 'open' && nowMs >= untilMs) change('half-open', nowMs, 'the cool-down is over')
  }

  return {
    state(nowMs) {
      passTime(nowMs)
      return state
    },
    refusedUntilMs(nowMs) {
      passTime(nowMs)
      if (state === 'open') return untilMs
      return state === 'half-open' && out + worked >= probes ? Number.POSITIVE_INFINITY : null
    },
    admitted(nowMs) {
      passTime(nowMs)
      if (state === 'half-open') out++
      return era
    },
    ended(admission, verdict, nowMs) {
      passTime(nowMs)
      if (admission !== era) return
      if (state === 'closed') {
        if (verdict === 'unknown') return
        const why = tooManyFailures(verdict === 'worked')
        if (why !== undefined) change('open', nowMs, why)
        return
      }
      out--
      if (verdict === 'failed') change('open', nowMs, 'a probe failed')
      else if (verdict === 'worked' && ++worked >= probes) {
        change('closed', nowMs, probes === 1 ? 'the probe succeeded' : `all ${probes} probes succeeded`)
      }
    },
    openSinceMs: () => openSinceMs,
  }
}
