import type { Clock } from '../async/clock.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { ErrorCode } from '../errors/catalog.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import type { StepObserver } from '../flow/step-runner.ts'
import { type BreakerTransition, type BreakerVerdict, createCircuitBreaker } from '../load/circuit-breaker.ts'
import { formatDuration } from '../load/duration.ts'
import { isOpen, type LoadProfile, rateCurveOf } from '../load/profile.ts'
import type { StartGate } from '../load/start-gate.ts'
import { createStartPace } from '../load/start-pace.ts'
import { createCounters } from '../metrics/counters.ts'
import { createRandom } from '../random/random.ts'
import { mostTransitions, type Protection } from '../results/protection-schema.ts'
import type { Stop } from '../results/summary-schema.ts'

/** Keeps a run from hammering a target that fails or says that it is too much. */
export type TargetProtection = {
  /** Decides whether users may start. */
  gate: StartGate
  /** Watches every flow for limits and repeats. */
  observer: StepObserver
  /** The chain's endpoints asked for a pause, in the answer to a call of this method. */
  chainLimited(method: string, retryAfterMs: number | undefined): void
  /** A user ended, or was dropped. */
  ended(record: FlowRecord): void
  /** Looks at the time; call it once a second. */
  tick(): void
  state(): string
  /** Share of the rate that was asked for that may start now; 1 is all of it. */
  admittedShare(): number
  /** Times at which the target said that it was too much, so far. */
  rateLimitCount(): number
  measurements(): Protection
}

/** A cool-down grows to at most so many times its first length. */
const longestCoolDownFactor = 8

/**
 * Makes the protection of a target: the circuit breaker, the slow-down at its limits, and the books on both.
 *
 * @param options.note told of every change, for people
 * @param options.stop ends the run when an open breaker is to end it, or does not close in time
 */
export function createTargetProtection(options: {
  config: Pick<LoadTestConfig, 'breaker' | 'load' | 'seed'>
  profile: LoadProfile
  clock: Pick<Clock, 'now'>
  note: (text: string) => void
  stop: (stop: Stop) => void
}): TargetProtection {
  const { config, profile, clock, note, stop } = options
  const { mode, coolDownMs, probes, limitMs } = config.breaker
  const originMs = clock.now()
  const sinceStart = (nowMs: number): number => Math.max(0, nowMs - originMs)
  let onChange: () => void = () => {}

  let started = 0
  let heldStarted = 0
  let heldDropped = 0
  const askedAt = askedRate(profile)
  const pace = createStartPace({
    askedPerSecond: (nowMs) => askedAt(sinceStart(nowMs), started),
    random: createRandom(config.seed, 'pace'),
  })

  const transitions: BreakerTransition[] = []
  let moreTransitions = 0
  let opened = 0
  let openMs = 0
  let notClosedSinceMs: number | null = null
  const breaker = createCircuitBreaker(
    { ...config.breaker, maxCoolDownMs: coolDownMs * longestCoolDownFactor, probes },
    (transition) => {
      const { atMs, from, to, reason } = transition
      if (transitions.length < mostTransitions)
        transitions.push({ ...transition, atMs: sinceStart(atMs), reason })
      else moreTransitions++
      if (to === 'open') opened++
      if (from === 'closed') notClosedSinceMs = atMs
      if (to === 'closed') {
        openMs += atMs - (notClosedSinceMs ?? atMs)
        notClosedSinceMs = null
        pace.easeIn(atMs)
      }
      if (mode === 'stop') {
        if (to === 'open') stop({ reason: 'circuit-breaker', message: reason })
        return
      }
      note(`breaker ${to}: ${reason}${to === 'open' ? '; no user starts until it was tried again' : ''}`)
      onChange()
    },
  )
  /** Of users who are at work: what the breaker wants to know of them when they end. */
  const admissions = new Map<number, number>()

  const limits = createCounters()
  let limitCount = 0
  let firstLimitMs: number | null = null
  let lastLimitMs: number | null = null
  let longestRetryAfterMs: number | null = null
  const retries = createCounters()
  let retryCount = 0
  let withoutBudget = 0

  /** @param where the step, or the method of the RPC call */
  const limited = (where: string, code: ErrorCode, retryAfterMs = 0): void => {
    const nowMs = clock.now()
    limitCount++
    limits.add(`${where} ${code}`)
    firstLimitMs ??= sinceStart(nowMs)
    lastLimitMs = sinceStart(nowMs)
    if (retryAfterMs > (longestRetryAfterMs ?? 0)) longestRetryAfterMs = retryAfterMs
    if (!config.load.adaptive) return
    const before = pace.totals(nowMs).slowDowns
    pace.slowDown(nowMs, retryAfterMs)
    if (before === 0) note(`${where}: ${code}; users are let in more slowly until it passes`)
  }

  return {
    gate: {
      refusal(nowMs) {
        const breakerMs = mode === 'pause' ? breaker.refusedUntilMs(nowMs) : null
        if (breakerMs !== null) return { reason: 'breaker-open', untilMs: breakerMs }
        const paceMs = pace.refusedUntilMs(nowMs)
        if (paceMs === null) return null
        return { reason: pace.share(nowMs) < 1 ? 'rate-limited' : 'breaker-open', untilMs: paceMs }
      },
      admitted({ index }, nowMs, wasHeld) {
        started++
        if (wasHeld) heldStarted++
        pace.admitted(nowMs, wasHeld)
        if (mode !== 'off') admissions.set(index, breaker.admitted(nowMs))
      },
      onChange(listener) {
        onChange = listener
      },
    },
    observer: {
      onRetry(step, isAllowed) {
        if (!isAllowed) withoutBudget++
        else {
          retryCount++
          retries.add(step)
        }
      },
      onRateLimit: limited,
    },
    chainLimited: (method, retryAfterMs) => limited(method, 'CHAIN_RATE_LIMITED', retryAfterMs),
    ended({ index, outcome, droppedBecause }) {
      if (droppedBecause === 'breaker-open' || droppedBecause === 'rate-limited') heldDropped++
      const admission = admissions.get(index)
      if (admission === undefined) return
      admissions.delete(index)
      breaker.ended(admission, verdicts[outcome], clock.now())
      onChange()
    },
    tick() {
      if (mode !== 'pause') return
      const nowMs = clock.now()
      breaker.state(nowMs)
      const sinceMs = breaker.openSinceMs()
      if (sinceMs === null || nowMs - sinceMs < limitMs) return
      const message = `the target did not work again within ${formatDuration(limitMs)} of the opening of the breaker`
      stop({ reason: 'circuit-breaker', message })
    },
    state: () => (mode === 'off' ? 'off' : breaker.state(clock.now())),
    admittedShare: () => pace.share(clock.now()),
    rateLimitCount: () => limitCount,
    measurements() {
      const nowMs = clock.now()
      const { firstMs, ...held } = pace.totals(nowMs)
      return {
        breaker:
          mode === 'off'
            ? null
            : {
                mode,
                state: breaker.state(nowMs),
                opened,
                openMs: openMs + (notClosedSinceMs === null ? 0 : nowMs - notClosedSinceMs),
                transitions: [...transitions],
                moreTransitions,
              },
        rateLimits: {
          count: limitCount,
          bySource: limits.read(),
          firstMs: firstLimitMs,
          lastMs: lastLimitMs,
          longestRetryAfterMs,
        },
        adaptive: config.load.adaptive
          ? { share: pace.share(nowMs), fromMs: firstMs === null ? null : sinceStart(firstMs), ...held }
          : null,
        heldBack: { started: heldStarted, dropped: heldDropped },
        retries: { count: retryCount, byStep: retries.read(), withoutBudget },
      }
    },
  }
}

/** What a flow says of the target. Of one that went on without a part, as it was told it may, the rest worked. */
const verdicts: Record<FlowRecord['outcome'], BreakerVerdict> = {
  succeeded: 'worked',
  degraded: 'worked',
  failed: 'failed',
  'timed-out': 'failed',
  aborted: 'unknown',
  dropped: 'unknown',
}

/** Users per second that a profile asks for at a time; of a closed one, which has no rate, what has come so far. */
function askedRate(profile: LoadProfile): (elapsedMs: number, started: number) => number {
  const { users, arrival } = profile
  const soFar = (elapsedMs: number, started: number): number =>
    Math.max(1, started) / Math.max(1, elapsedMs / 1000)
  if (!isOpen(profile)) return soFar
  if (arrival.kind === 'poisson' || arrival.kind === 'constant') {
    const curve = rateCurveOf(arrival)
    const mean = (users * 1000) / Math.max(1, curve.durationMs)
    return (elapsedMs) => Math.max(curve.rateAt(elapsedMs), mean)
  }
  const lengthMs = arrival.kind === 'replay' ? (arrival.dueMs.at(-1) ?? 0) : waveLengthMs(users, arrival)
  return lengthMs > 0 ? () => (users * 1000) / lengthMs : soFar
}

function waveLengthMs(users: number, arrival: LoadProfile['arrival']): number {
  return arrival.kind === 'wave' ? Math.ceil(users / arrival.size) * arrival.everyMs : 0
}
