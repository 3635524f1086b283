import { checkProfile, type ProfileProblem } from '../load/check-profile.ts'
import type { LoadProfile } from '../load/profile.ts'
import { wholeLoad } from '../load/split.ts'
import { type RateStage, type Spike, usersOfSpike, usersOfStage } from '../load/stage.ts'
import { findIdleKeys } from './idle-keys.ts'
import type { ReplayFile } from './kinds/schedule.ts'
import { loadProfileOf } from './load-profile.ts'
import { configParameters, type LoadTestConfig } from './load-test-config.ts'
import type { Problem } from './problem.ts'
import { type Resolved, resolveParameters } from './resolve-parameters.ts'
import { type LoadShape, settleLoad } from './settle-load.ts'
import { isAskedFor, type Layer } from './source.ts'

type Load = LoadTestConfig['load']

const shapeNames = ['users', 'ratePerSecond', 'durationMs', 'rampUpMs', 'sustainMs', 'rampDownMs'] as const
const keyOfShape = {
  users: 'users',
  ratePerSecond: 'load.rate',
  durationMs: 'load.duration',
  rampUpMs: 'load.rampUp',
  sustainMs: 'load.sustain',
  rampDownMs: 'load.rampDown',
} as const
/** Keys that decide on the course of the arrivals; with one of them wrong, it can't be settled. */
const courseKeys: ReadonlySet<string> = new Set([
  'load.sequential',
  'load.spacing',
  ...Object.values(keyOfShape),
  ...['load.arrival', 'load.stages', 'load.spikes', 'load.replay', 'load.batchSize', 'load.batchDelay'],
])

/** What settling reads besides the values, and the lists that it adds to. */
type Surroundings = { presetLayer: Layer; problems: Problem[]; notes: string[] }

/**
 * Settles in place how users come: kind of arrival, users, rate and time, places; and tells everything that makes the
 * profile impossible.
 */
export function settleArrivals(values: Map<string, Resolved>, surroundings: Surroundings): void {
  const { problems } = surroundings
  const settling = new Settling(values, surroundings)
  const isReadable = problems.every(({ key }) => !courseKeys.has(key))
  const isSettled = isReadable && settling.settleCourse()
  settling.settleConcurrency()
  settling.check(isSettled)
}

/** Default time from the end of one user to the start of the next. */
const sequentialSpacingMs = 2000

/** One attempt to settle: the values as far as they are known. */
class Settling {
  readonly #values: Map<string, Resolved>
  readonly #presetLayer: Layer
  readonly #problems: Problem[]
  readonly #notes: string[]

  constructor(values: Map<string, Resolved>, { presetLayer, problems, notes }: Surroundings) {
    this.#values = values
    this.#presetLayer = presetLayer
    this.#problems = problems
    this.#notes = notes
  }

  /** Kind of arrival, users, rate and time; false when there is no way. */
  settleCourse(): boolean {
    this.#settleSequence()
    this.#settleKind()
    const arrival = this.#value('load.arrival') as Load['arrival']
    const stages = this.#value('load.stages') as RateStage[]
    for (const problem of findIdleKeys(arrival, stages.length > 0, (key) => this.#isAskedFor(key))) {
      this.#problem(problem)
    }
    if (arrival === 'poisson' || arrival === 'constant') {
      return stages.length > 0 ? this.#settleStages(stages) : this.#settleShape()
    }
    for (const name of shapeNames) if (name !== 'users') this.#values.delete(keyOfShape[name])
    this.#derive('load.rampUp', 0, 'no effect on this arrival')
    this.#derive('load.rampDown', 0, 'no effect on this arrival')
    return arrival !== 'replay' || this.#settleReplay()
  }

  /** One user after the other is batches of one. */
  #settleSequence(): void {
    if (this.#value('load.sequential') !== true) return
    const from = 'one user after another'
    const fixed = { 'load.arrival': 'batch', 'load.batchSize': 1, 'load.concurrency': 1 } as const
    for (const [key, value] of Object.entries(fixed)) {
      if (this.#isAskedFor(key) && this.#value(key) !== value) {
        this.#problem({ key, found: `conflicts with --sequential, which implies ${value}` })
      } else this.#derive(key, value, from)
    }
    if (this.#isAskedFor('load.batchDelay')) return
    const spacingMs = this.#isAskedFor('load.spacing') ? this.#value('load.spacing') : sequentialSpacingMs
    this.#derive('load.batchDelay', spacingMs, from)
    this.#derive('load.spacing', spacingMs, from)
  }

  #settleKind(): void {
    if (this.#isAskedFor('load.arrival') || this.#value('load.sequential') === true) return
    const because = ['load.replay', 'load.batchSize', 'load.batchDelay'].find((key) => this.#isAskedFor(key))
    if (because === undefined) return
    this.#derive('load.arrival', because === 'load.replay' ? 'replay' : 'batch', `asked for by ${because}`)
  }

  /** Users, rate and time, from those that were asked for and the preset. */
  #settleShape(): boolean {
    const fromPreset = resolveParameters(configParameters, [this.#presetLayer]).values
    const asked: LoadShape = {}
    const preset: LoadShape = {}
    for (const name of shapeNames) {
      const key = keyOfShape[name]
      if (this.#isAskedFor(key)) asked[name] = Number(this.#value(key))
      if (this.#presetLayer.has(key)) preset[name] = Number(fromPreset.get(key)?.value)
    }
    const ofSpikes = sumOf(this.#value('load.spikes') as Spike[], usersOfSpike)
    const below = asked.users === undefined ? undefined : Math.round(asked.users - ofSpikes)
    const isTooMuch = below !== undefined && below <= 0
    const isNever = asked.ratePerSecond === 0
    if (isTooMuch) {
      const found = `the spikes alone bring ${Math.round(ofSpikes)} users, but there are only ${asked.users} users`
      this.#problem({ key: 'load.spikes', found })
    }
    if (isNever) {
      this.#problem({ key: 'load.rate', found: 'no user ever arrives at 0/s' })
    }
    if (isTooMuch || isNever) return false
    const settled = settleLoad({ ...asked, users: below }, preset)
    if ('problem' in settled) {
      this.#problem(settled.problem)
      return false
    }
    this.#notes.push(...settled.notes)
    const from = ofSpikes > 0 ? 'from users, rate, time and spikes' : 'from users, rate and time'
    for (const name of shapeNames) {
      const value = settled.shape[name]
      if (name === 'users' && ofSpikes > 0) {
        if (asked.users === undefined) this.#derive('users', Math.round(value + ofSpikes), from)
      } else this.#derive(keyOfShape[name], value, from)
    }
    return true
  }

  #settleStages(stages: readonly RateStage[]): boolean {
    const spikes = this.#value('load.spikes') as Spike[]
    const total = sumOf(stages, usersOfStage) + sumOf(spikes, usersOfSpike)
    if (!this.#isAskedFor('users')) this.#derive('users', Math.max(1, Math.round(total)), 'from the stages')
    this.#derive(
      'load.rate',
      Math.max(...stages.flatMap((s) => [s.fromPerSecond, s.toPerSecond])),
      'from the stages',
    )
    this.#derive(
      'load.duration',
      sumOf(stages, ({ durationMs }) => durationMs),
      'from the stages',
    )
    this.#values.delete('load.sustain')
    this.#derive('load.rampUp', 0, 'from the stages')
    this.#derive('load.rampDown', 0, 'from the stages')
    return true
  }

  #settleReplay(): boolean {
    const file = this.#value('load.replay') as ReplayFile | undefined
    if (file === undefined) {
      this.#problem({ key: 'load.arrival', found: 'missing --replay: which file should be replayed?' })
      return false
    }
    if ('problem' in file.recorded) {
      this.#problem({ key: 'load.replay', found: `'${file.path}': ${file.recorded.problem}` })
      return false
    }
    const { dueMs } = file.recorded
    if (!this.#isAskedFor('users')) this.#derive('users', dueMs.length, 'from the recorded arrivals')
    this.#derive('load.duration', dueMs.at(-1) ?? 0, 'from the recorded arrivals')
    return true
  }

  /** Lowers the default concurrency to the number of users. */
  settleConcurrency(): void {
    const users = this.#value('users')
    const concurrency = this.#value('load.concurrency')
    if (typeof users !== 'number' || users < 1 || typeof concurrency !== 'number') return
    if (this.#isAskedFor('load.concurrency') || this.#value('load.sequential') === true) return
    if (this.#value('load.arrival') === 'at-once')
      this.#derive('load.concurrency', users, 'all users at once')
    else if (concurrency > users) this.#derive('load.concurrency', users, 'no more than users')
  }

  /** Tells everything that is impossible; of a course that could not be settled at least what concerns its places. */
  check(isSettled: boolean): void {
    const load = Object.fromEntries(
      configParameters
        .filter(({ path: [group] }) => group === 'load')
        .map(({ key, path: [, name] }) => [name, this.#value(key)]),
    ) as Load
    const users = this.#value('users')
    if (typeof users !== 'number') return
    if (load.timeScale === 0) {
      this.#problem({ key: 'load.timeScale', found: 'a factor of 0 never ends' })
    }
    const timeScale = load.timeScale || 1
    const concurrency = load.concurrency ?? 1
    const profile: LoadProfile = isSettled
      ? loadProfileOf({ users, load: { ...load, concurrency, timeScale } })
      : { users, concurrency, patienceMs: 0, arrival: { kind: 'at-once' } }
    for (const { about, found } of checkProfile(profile, load.part ?? wholeLoad)) {
      this.#problem({ key: this.#keyOf(about), found })
    }
  }

  #keyOf(about: ProfileProblem['about']): string {
    if (about === 'users') return this.#isAskedFor('load.stages') ? 'load.stages' : 'users'
    if (about === 'batch') return 'load.batchDelay'
    return `load.${about}`
  }

  #value(key: string): unknown {
    return this.#values.get(key)?.value
  }

  #isAskedFor(key: string): boolean {
    const resolved = this.#values.get(key)
    return resolved !== undefined && isAskedFor(resolved.source)
  }

  #derive(key: string, value: unknown, from: string): void {
    if (this.#value(key) !== value) this.#values.set(key, { value, source: { kind: 'derived', from } })
  }

  #problem(problem: Problem): void {
    this.#problems.push({ source: this.#values.get(problem.key)?.source, ...problem })
  }
}

function sumOf<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0)
}
