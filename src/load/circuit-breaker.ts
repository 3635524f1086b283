import { createFailureWatch, type FailureLimits } from './failure-watch.ts'

/** `closed` starts every user, `open` none, `half-open` a few probes. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/** What the outcome of a user says about the target; `unknown` for an aborted one. */
export type BreakerVerdict = 'worked' | 'failed' | 'unknown'

/** Limits of a breaker. */
export type CircuitBreakerOptions = FailureLimits & {
  /** Time from opening to the first probe, in milliseconds. Doubles after every failed probe. */
  coolDownMs: number
  /** Upper limit of the cool-down, in milliseconds. */
  maxCoolDownMs: number
  /** Number of probes; all of them must succeed. */
  probes: number
}

/** A change of state. */
export type BreakerTransition = { atMs: number; from: BreakerState; to: BreakerState; reason: string }

/** A circuit breaker, see {@link createCircuitBreaker}. All times are milliseconds of the caller's clock. */
export type CircuitBreaker = {
  state(nowMs: number): BreakerState
  /** When to ask again (`Infinity`: when a probe ends); `null` if a user may start now. */
  refusedUntilMs(nowMs: number): number | null
  /** Records the start of a user that was not refused. Returns its handle for {@link ended}. */
  admitted(nowMs: number): number
  /** Records the end of a user. */
  ended(admission: number, verdict: BreakerVerdict, nowMs: number): void
  /** When it opened, unless it has closed since. */
  openSinceMs(): number | null
}

/**
 * Makes a circuit breaker. It keeps users away from a failing target and detects when the target has recovered.
 *
 * | state | event | then |
 * |---|---|---|
 * | closed | a user fails, and that exceeds a limit | open, for the cool-down |
 * | closed | any other user ends | closed |
 * | open | the cool-down is over | half-open |
 * | half-open | a user wants to start, and fewer than `probes` are in flight or have succeeded | it starts as a probe |
 * | half-open | all `probes` have succeeded | closed, with failures and cool-down reset |
 * | half-open | a probe fails | open, for twice the cool-down |
 * | half-open | a probe ends as `unknown` | another user may take its place |
 * | any | a user ends that started before the last change of state | nothing, since it reflects an earlier state of the target |
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
  /** Increases with every change of state, to recognise users from earlier states. */
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
