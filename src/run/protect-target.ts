import type { StartedClock } from '../async/started-clock.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { ErrorCode } from '../errors/catalog.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import type { StepObserver } from '../flow/step-runner.ts'
import type { LoadProfile } from '../load/profile.ts'
import type { Refusal, StartGate } from '../load/start-gate.ts'
import { createStartPace, type StartPace } from '../load/start-pace.ts'
import { createRandom } from '../random/random.ts'
import type { Protection } from '../results/protection-schema.ts'
import type { ProtectionState } from '../results/protection-state.ts'
import type { Stop } from '../results/summary-schema.ts'
import { askedRate } from './asked-rate.ts'
import { LimitCounts } from './limit-counts.ts'
import { RunBreaker } from './run-breaker.ts'

/** Keeps a run from hammering a target that fails or asks for less. */
export type TargetProtection = ProtectionState & {
  /** Decides whether users may start. */
  gate: StartGate
  /** Watches every flow for limits and retries. */
  observer: StepObserver
  /** The chain's endpoints asked for a pause, in the answer to a call of this method. */
  chainLimited(method: string, retryAfterMs: number | undefined): void
  /** A user ended, or was dropped. */
  ended(record: FlowRecord): void
  /** Looks at the time; to be called once a second. */
  tick(): void
}

/** What {@link createTargetProtection} needs. */
export type TargetProtectionOptions = {
  config: Pick<LoadTestConfig, 'breaker' | 'load' | 'seed'>
  profile: LoadProfile
  /** The run's clock: all times are measured from its zero. */
  clock: StartedClock
  /** Gets every change, for people. */
  note: (text: string) => void
  /** Ends the run when an open breaker is to end it, or does not close in time. */
  stop: (stop: Stop) => void
}

/** Makes the protection of a target: the circuit breaker, the slow-down at its limits, and the record of both. */
export function createTargetProtection(options: TargetProtectionOptions): TargetProtection {
  return new Protector(options)
}

class Protector implements TargetProtection {
  readonly gate: StartGate
  readonly observer: StepObserver
  readonly #options: TargetProtectionOptions
  readonly #breaker: RunBreaker
  readonly #pace: StartPace
  readonly #limits = new LimitCounts()
  #onChange: () => void = () => {}
  #started = 0
  #heldStarted = 0
  #heldDropped = 0

  constructor(options: TargetProtectionOptions) {
    const { config, profile, clock } = options
    this.#options = options
    const rateAt = askedRate(profile)
    this.#pace = createStartPace({
      askedPerSecond: () => rateAt(clock.elapsed(), this.#started),
      random: createRandom(config.seed, 'pace'),
    })
    this.#breaker = new RunBreaker({
      config: config.breaker,
      clock,
      note: options.note,
      stop: options.stop,
      onClosed: (atMs) => this.#pace.easeIn(atMs),
      onChange: () => this.#onChange(),
    })
    this.gate = {
      refusal: (nowMs) => this.#refusal(nowMs),
      admitted: ({ index }, nowMs, wasHeld) => this.#admitted(index, nowMs, wasHeld),
      onChange: (listener) => {
        this.#onChange = listener
      },
    }
    this.observer = {
      onRetry: (step, isAllowed) => this.#limits.retry(step, isAllowed),
      onRateLimit: (step, code, retryAfterMs) => this.#limited(step, code, retryAfterMs),
    }
  }

  readonly chainLimited = (method: string, retryAfterMs: number | undefined): void =>
    this.#limited(method, 'CHAIN_RATE_LIMITED', retryAfterMs)

  ended(record: FlowRecord): void {
    const { droppedBecause } = record
    if (droppedBecause === 'breaker-open' || droppedBecause === 'rate-limited') this.#heldDropped++
    this.#breaker.ended(record)
  }

  tick(): void {
    this.#breaker.tick()
  }

  state(): string {
    return this.#breaker.state()
  }

  admittedShare(): number {
    return this.#pace.share(this.#options.clock.now())
  }

  rateLimitCount(): number {
    return this.#limits.limited
  }

  measurements(): Protection {
    return {
      breaker: this.#breaker.measurements(),
      ...this.#limits.measurements(),
      adaptive: this.#adaptive(),
      heldBack: { started: this.#heldStarted, dropped: this.#heldDropped },
    }
  }

  #refusal(nowMs: number): Refusal | null {
    const breakerMs = this.#breaker.refusedUntilMs(nowMs)
    if (breakerMs !== null) return { reason: 'breaker-open', untilMs: breakerMs }
    const paceMs = this.#pace.refusedUntilMs(nowMs)
    if (paceMs === null) return null
    return { reason: this.#pace.share(nowMs) < 1 ? 'rate-limited' : 'breaker-open', untilMs: paceMs }
  }

  #admitted(user: number, nowMs: number, wasHeld: boolean): void {
    this.#started++
    if (wasHeld) this.#heldStarted++
    this.#pace.admitted(nowMs, wasHeld)
    this.#breaker.admitted(user, nowMs)
  }

  /** @param where the step, or the method of the RPC call */
  #limited(where: string, code: ErrorCode, retryAfterMs = 0): void {
    const { config, clock, note } = this.#options
    const nowMs = clock.now()
    this.#limits.limit({ where, code, atMs: Math.max(0, nowMs - clock.originMs), retryAfterMs })
    if (!config.load.adaptive) return
    const isFirst = this.#pace.totals(nowMs).slowDowns === 0
    this.#pace.slowDown(nowMs, retryAfterMs)
    if (isFirst) note(`${where}: ${code}; users start more slowly until the target recovers`)
  }

  #adaptive(): Protection['adaptive'] {
    const { config, clock } = this.#options
    if (!config.load.adaptive) return null
    const nowMs = clock.now()
    const { firstMs, ...held } = this.#pace.totals(nowMs)
    const fromMs = firstMs === null ? null : Math.max(0, firstMs - clock.originMs)
    return { share: this.#pace.share(nowMs), fromMs, ...held }
  }
}
