import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BreakerTransition,
  type BreakerVerdict,
  type CircuitBreaker,
  createCircuitBreaker,
} from './circuit-breaker.ts'

const limits = { consecutiveFailures: 3, failureRate: 0.5, window: 8 }
const times = { coolDownMs: 1000, maxCoolDownMs: 4000, probes: 2 }

function breakerOf(options: Partial<typeof limits & typeof times> = {}) {
  const transitions: BreakerTransition[] = []
  const breaker = createCircuitBreaker({ ...limits, ...times, ...options }, (t) => transitions.push(t))
  return { breaker, transitions }
}

/** Starts and ends one user per verdict, at the same moment. */
function pass(breaker: CircuitBreaker, atMs: number, ...verdicts: BreakerVerdict[]): void {
  for (const verdict of verdicts) breaker.ended(breaker.admitted(atMs), verdict, atMs)
}

describe('a circuit breaker', () => {
  it('opens after the configured number of consecutive failures, whatever came before', () => {
    const { breaker, transitions } = breakerOf({ window: 1000 })
    pass(breaker, 5, 'failed', 'failed', 'worked', 'failed', 'failed')
    expect(breaker.state(5)).toBe('closed')
    pass(breaker, 6, 'failed')
    expect(transitions).toEqual([{ atMs: 6, from: 'closed', to: 'open', reason: '3 flows failed in a row' }])
    expect(breaker.refusedUntilMs(6)).toBe(1006)
  })

  it('opens when the failure rate of a full window exceeds the limit', () => {
    const { breaker, transitions } = breakerOf({ consecutiveFailures: 0 })
    const half: BreakerVerdict[] = ['failed', 'worked', 'failed', 'worked', 'failed', 'worked', 'failed']
    pass(breaker, 0, ...half, 'worked')
    expect(transitions).toEqual([])
    pass(breaker, 1, 'failed')
    pass(breaker, 2, 'failed')
    expect(transitions.map(({ reason }) => reason)).toEqual(['5 of the last 8 flows failed'])
  })

  it('forgets failures from before it closed', () => {
    const { breaker } = breakerOf()
    pass(breaker, 0, 'failed', 'failed', 'failed')
    pass(breaker, 1000, 'worked', 'worked')
    pass(breaker, 1001, 'failed', 'failed')
    expect(breaker.state(1001)).toBe('closed')
  })

  it('ignores a user that started before it opened', () => {
    const { breaker } = breakerOf()
    const early = breaker.admitted(0)
    pass(breaker, 0, 'failed', 'failed', 'failed')
    expect(breaker.state(1000)).toBe('half-open')
    breaker.ended(early, 'failed', 1001)
    expect(breaker.state(1001)).toBe('half-open')
  })

  it('follows its state table for any sequence of events', () => {
    fc.assert(
      fc.property(fc.commands(commands, { maxCommands: 150, size: 'max' }), (run) => {
        fc.modelRun(() => {
          const { breaker, transitions } = breakerOf()
          const model: Model = {
            nowMs: 0,
            state: 'closed',
            era: 0,
            untilMs: 0,
            openings: 0,
            out: 0,
            worked: 0,
            last: [],
            atWork: [],
            changes: 0,
          }
          return { model, real: { breaker, transitions, tickets: [] } }
        }, run)
      }),
      { numRuns: 300 },
    )
  })
})

/** A model of the state table that keeps a list of outcomes instead of counters. */
type Model = {
  nowMs: number
  state: 'closed' | 'open' | 'half-open'
  era: number
  untilMs: number
  openings: number
  out: number
  worked: number
  /** Whether users succeeded since it closed, in order. */
  last: boolean[]
  /** Era in which each user in flight started. */
  atWork: number[]
  changes: number
}
type Real = { breaker: CircuitBreaker; transitions: BreakerTransition[]; tickets: number[] }
type Step = fc.Command<Model, Real>

function change(model: Model, to: Model['state']): void {
  model.state = to
  Object.assign(model, { era: model.era + 1, out: 0, worked: 0, changes: model.changes + 1 })
  if (to === 'closed') Object.assign(model, { openings: 0, last: [] })
  if (to === 'open') {
    model.untilMs = model.nowMs + Math.min(times.maxCoolDownMs, times.coolDownMs * 2 ** model.openings)
    model.openings++
  }
}

function agree(model: Model, { breaker, transitions }: Real): void {
  const { nowMs, state, out, worked, untilMs, changes } = model
  expect(breaker.state(nowMs)).toBe(state)
  const isFull = state === 'half-open' && out + worked >= times.probes
  const until = state === 'open' ? untilMs : isFull ? Number.POSITIVE_INFINITY : null
  expect(breaker.refusedUntilMs(nowMs)).toBe(until)
  expect(breaker.openSinceMs() === null).toBe(state === 'closed')
  expect(transitions.length).toBe(changes)
}

const waiting = (ms: number): Step => ({
  check: () => true,
  run(model, real) {
    model.nowMs += ms
    if (model.state === 'open' && model.nowMs >= model.untilMs) change(model, 'half-open')
    agree(model, real)
  },
  toString: () => `wait ${ms} ms`,
})

const starting = (): Step => ({
  check: ({ state, out, worked }) =>
    state === 'closed' || (state === 'half-open' && out + worked < times.probes),
  run(model, real) {
    if (model.state === 'half-open') model.out++
    model.atWork.push(model.era)
    real.tickets.push(real.breaker.admitted(model.nowMs))
    agree(model, real)
  },
  toString: () => 'start',
})

const ending = (which: number, verdict: BreakerVerdict): Step => ({
  check: ({ atWork }) => atWork.length > 0,
  run(model, real) {
    const index = which % model.atWork.length
    const [era] = model.atWork.splice(index, 1)
    const [ticket] = real.tickets.splice(index, 1)
    real.breaker.ended(ticket ?? -1, verdict, model.nowMs)
    if (era === model.era && model.state === 'half-open') {
      model.out--
      if (verdict === 'failed') change(model, 'open')
      else if (verdict === 'worked' && ++model.worked >= times.probes) change(model, 'closed')
    } else if (era === model.era && verdict !== 'unknown') {
      model.last.push(verdict === 'worked')
      const window = model.last.slice(-limits.window)
      const failures = window.filter((isSuccess) => !isSuccess).length
      const inARow = model.last.length >= 3 && model.last.slice(-3).every((isSuccess) => !isSuccess)
      if (inARow || (window.length === limits.window && failures / window.length > limits.failureRate)) {
        change(model, 'open')
      }
    }
    agree(model, real)
  },
  toString: () => `end ${which} ${verdict}`,
})

const commands = [
  fc.integer({ min: 1, max: 3000 }).map(waiting),
  fc.constant(starting()),
  fc
    .tuple(fc.nat(20), fc.constantFrom<BreakerVerdict>('worked', 'failed', 'failed', 'unknown'))
    .map(([which, verdict]) => ending(which, verdict)),
]
