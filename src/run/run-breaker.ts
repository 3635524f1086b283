import type { StartedClock } from '../async/started-clock.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import {
  type BreakerTransition,
  type BreakerVerdict,
  type CircuitBreaker,
  createCircuitBreaker,
} from '../load/circuit-breaker.ts'
import { formatDuration } from '../load/duration.ts'
import { mostTransitions, type Protection } from '../results/protection-schema.ts'
import type { Stop } from '../results/summary-schema.ts'

/** A cool-down grows to at most so many times its first length. */
const longestCoolDownFactor = 8

/** What {@link RunBreaker} needs. */
export type RunBreakerOptions = {
  config: LoadTestConfig['breaker']
  clock: Pick<StartedClock, 'now' | 'originMs'>
  note: (text: string) => void
  /** Ends the run. */
  stop: (stop: Stop) => void
  /** Called when the breaker has closed, at a moment of the clock. */
  onClosed: (atMs: number) => void
  /** Called when asking the breaker again makes sense. */
  onChange: () => void
}

/** The circuit breaker of a run: watches how users end, and records each change on the run's clock. */
export class RunBreaker {
  readonly #options: RunBreakerOptions
  readonly #breaker: CircuitBreaker
  /** What the breaker needs of users in flight when they end, by user. */
  readonly #admissions = new Map<number, number>()
  readonly #transitions: BreakerTransition[] = []
  #moreTransitions = 0
  #opened = 0
  #openMs = 0
  #notClosedSinceMs: number | null = null

  constructor(options: RunBreakerOptions) {
    this.#options = options
    const { config } = options
    this.#breaker = createCircuitBreaker(
      { ...config, maxCoolDownMs: config.coolDownMs * longestCoolDownFactor },
      (transition) => this.#changed(transition),
    )
  }

  /** Until when the breaker refuses users, in milliseconds of the clock; `null` when it lets them start. */
  refusedUntilMs(nowMs: number): number | null {
    return this.#options.config.mode === 'pause' ? this.#breaker.refusedUntilMs(nowMs) : null
  }

  admitted(user: number, nowMs: number): void {
    if (this.#options.config.mode !== 'off') this.#admissions.set(user, this.#breaker.admitted(nowMs))
  }

  ended({ index, outcome }: Pick<FlowRecord, 'index' | 'outcome'>): void {
    const admission = this.#admissions.get(index)
    if (admission === undefined) return
    this.#admissions.delete(index)
    this.#breaker.ended(admission, verdicts[outcome], this.#options.clock.now())
    this.#options.onChange()
  }

  /** Ends the run when the breaker has been open for too long; to be called once a second. */
  tick(): void {
    const { config, clock, stop } = this.#options
    if (config.mode !== 'pause') return
    const nowMs = clock.now()
    this.#breaker.state(nowMs)
    const sinceMs = this.#breaker.openSinceMs()
    if (sinceMs === null || nowMs - sinceMs < config.limitMs) return
    const limit = formatDuration(config.limitMs)
    const message = `the target did not work again within ${limit} of the opening of the breaker`
    stop({ reason: 'circuit-breaker', message })
  }

  state(): string {
    const { config, clock } = this.#options
    return config.mode === 'off' ? 'off' : this.#breaker.state(clock.now())
  }

  measurements(): Protection['breaker'] {
    const { config, clock } = this.#options
    const { mode } = config
    if (mode === 'off') return null
    const nowMs = clock.now()
    const state = this.#breaker.state(nowMs)
    return {
      mode,
      state,
      opened: this.#opened,
      openMs: this.#openMs + (this.#notClosedSinceMs === null ? 0 : nowMs - this.#notClosedSinceMs),
      transitions: [...this.#transitions],
      moreTransitions: this.#moreTransitions,
    }
  }

  #changed(transition: BreakerTransition): void {
    const { config, clock, note, stop, onClosed, onChange } = this.#options
    const { atMs, from, to, reason } = transition
    if (this.#transitions.length < mostTransitions) {
      this.#transitions.push({ atMs: Math.max(0, atMs - clock.originMs), from, to, reason })
    } else this.#moreTransitions++
    if (to === 'open') this.#opened++
    if (from === 'closed') this.#notClosedSinceMs = atMs
    if (to === 'closed') {
      this.#openMs += atMs - (this.#notClosedSinceMs ?? atMs)
      this.#notClosedSinceMs = null
      onClosed(atMs)
    }
    if (config.mode === 'stop') {
      if (to === 'open') stop({ reason: 'circuit-breaker', message: reason })
      return
    }
    note(
      `breaker ${to}: ${reason}${to === 'open' ? '; no user starts until the target was tried again' : ''}`,
    )
    onChange()
  }
}

/** What a flow's outcome tells of the target. In a degraded flow everything worked but the part that it may lack. */
const verdicts: Record<FlowRecord['outcome'], BreakerVerdict> = {
  succeeded: 'worked',
  degraded: 'worked',
  failed: 'failed',
  'timed-out': 'failed',
  aborted: 'unknown',
  dropped: 'unknown',
}
