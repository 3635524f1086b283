import { formatDuration } from '../load/duration.ts'
import { formatRate } from '../load/rate.ts'
import type { Problem } from './problem.ts'

/** How many users come, how fast, and for how long; any of it may be open. */
export type LoadShape = {
  users?: number | undefined
  ratePerSecond?: number | undefined
  durationMs?: number | undefined
  rampUpMs?: number | undefined
  sustainMs?: number | undefined
  rampDownMs?: number | undefined
}

/** The whole shape, or why there is none; `notes` are worth telling people. */
export type SettledLoad =
  | { shape: { [Name in keyof LoadShape]-?: number }; notes: string[] }
  | { problem: Problem }

/** A ramp has a length of its own, or takes a share of the whole duration. */
type Ramp = { ms: number; share: number }

/**
 * Completes a load that follows a rate, so that users = rate x (ramp-up / 2 + sustain + ramp-down / 2).
 *
 * Of users, rate and time, what was asked for stands. Two of them give the third. With one, the preset adds its own
 * rate, else its time, else its users; its ramps keep their share of a new duration. With all three, the duration is an
 * upper limit, and it is a problem when the rate does not bring the users within it.
 *
 * @param asked what flags, environment and config file say
 * @param preset what holds otherwise; gives at least two of users, rate and time
 */
export function settleLoad(asked: LoadShape, preset: LoadShape): SettledLoad {
  const { users, ratePerSecond, time } = fillIn(asked, preset)
  const isScaled = time?.sustainMs === undefined
  const up = rampOf('rampUpMs', { asked, preset, isScaled })
  const down = rampOf('rampDownMs', { asked, preset, isScaled })
  const planned = time && stagesWithin(time, up, down)
  if (planned && 'problem' in planned) return planned

  if (users === undefined || ratePerSecond === undefined) {
    if (!planned) throw new TypeError('A preset gives too little to settle a load.')
    const seconds = effectiveSeconds(planned)
    if (seconds === 0) return { problem: { key: 'load.duration', found: 'the load has no duration' } }
    const shape =
      users === undefined
        ? {
            users: Math.max(1, Math.round((ratePerSecond ?? 0) * seconds)),
            ratePerSecond: ratePerSecond ?? 0,
          }
        : { users, ratePerSecond: users / seconds }
    return { shape: { ...shape, ...planned }, notes: [] }
  }

  const notes: string[] = []
  if (planned) {
    const problem = compare({ users, ratePerSecond }, planned, asked)
    if (problem) return { problem }
  }
  const stages = stagesFor({ users, ratePerSecond }, up, down)
  if ('problem' in stages) return stages
  if (planned && planned.durationMs - stages.durationMs >= 1000) {
    notes.push(
      `${users} users at ${formatRate(ratePerSecond)} have all arrived after ${formatDuration(wholeSeconds(stages.durationMs))};` +
        ` the duration of ${formatDuration(planned.durationMs)} is an upper limit.`,
    )
  }
  return { shape: { users, ratePerSecond, ...stages }, notes }
}

type UsersAndRate = { users: number; ratePerSecond: number }
type Time = Pick<LoadShape, 'durationMs' | 'sustainMs'>
type Stages = { durationMs: number; rampUpMs: number; sustainMs: number; rampDownMs: number }

/** Completes what was asked for from the preset, as far as anything is open. */
function fillIn(
  asked: LoadShape,
  preset: LoadShape,
): { users?: number | undefined; ratePerSecond?: number | undefined; time?: Time | undefined } {
  const timeOf = ({ durationMs, sustainMs }: LoadShape): Time | undefined =>
    durationMs === undefined && sustainMs === undefined ? undefined : { durationMs, sustainMs }
  const filled = { users: asked.users, ratePerSecond: asked.ratePerSecond, time: timeOf(asked) }
  const isOpen = () => Object.values(filled).filter((value) => value !== undefined).length < 2
  if (isOpen()) filled.ratePerSecond ??= preset.ratePerSecond
  if (isOpen()) filled.time ??= timeOf(preset)
  if (isOpen()) filled.users ??= preset.users
  return filled
}

/** A ramp of the preset keeps its share of the whole, unless the sustained part has a length of its own. */
function rampOf(
  name: 'rampUpMs' | 'rampDownMs',
  { asked, preset, isScaled }: { asked: LoadShape; preset: LoadShape; isScaled: boolean },
): Ramp {
  const askedMs = asked[name]
  if (askedMs !== undefined) return { ms: askedMs, share: 0 }
  const ms = preset[name] ?? 0
  const { rampUpMs = 0, sustainMs, rampDownMs = 0 } = preset
  if (sustainMs === undefined || !isScaled) return { ms, share: 0 }
  return { ms: 0, share: ms / (rampUpMs + sustainMs + rampDownMs) }
}

function stages(durationMs: number, up: Ramp, down: Ramp): Stages {
  const rampUpMs = up.ms + up.share * durationMs
  const rampDownMs = down.ms + down.share * durationMs
  return { durationMs, rampUpMs, sustainMs: durationMs - rampUpMs - rampDownMs, rampDownMs }
}

/** Lays the stages into a time that is given as a whole, by its sustained part, or by both. */
function stagesWithin({ durationMs, sustainMs }: Time, up: Ramp, down: Ramp): Stages | { problem: Problem } {
  const sumMs = ((sustainMs ?? 0) + up.ms + down.ms) / (1 - up.share - down.share)
  const laid = stages(durationMs ?? sumMs, up, down)
  const sum = `${show(laid.rampUpMs)} up + ${show(sustainMs ?? 0)} + ${show(laid.rampDownMs)} down = ${show(sumMs)}`
  if (laid.sustainMs < -0.5) {
    const found = `the ramps are longer than the whole: ${sum}, duration ${show(laid.durationMs)}`
    return { problem: { key: 'load.duration', found } }
  }
  if (sustainMs !== undefined && Math.abs(laid.sustainMs - sustainMs) > 1) {
    const found = `the stages do not add up: ${sum}, duration ${show(laid.durationMs)}; leave one of them out`
    return { problem: { key: 'load.duration', found } }
  }
  return { ...laid, sustainMs: Math.max(0, laid.sustainMs) }
}

/** Solves rate x (up / 2 + sustain + down / 2) = users for the duration. */
function stagesFor(
  { users, ratePerSecond }: UsersAndRate,
  up: Ramp,
  down: Ramp,
): Stages | { problem: Problem } {
  const effectiveMs = (users / ratePerSecond) * 1000
  const durationMs = (effectiveMs + (up.ms + down.ms) / 2) / (1 - (up.share + down.share) / 2)
  const laid = stages(durationMs, up, down)
  if (laid.sustainMs >= -0.5) return { ...laid, sustainMs: Math.max(0, laid.sustainMs) }
  const ramped = (ratePerSecond * (laid.rampUpMs + laid.rampDownMs)) / 2000
  const found =
    `the ramps alone bring more users: ${formatRate(ratePerSecond)} x ` +
    `(${show(laid.rampUpMs)} + ${show(laid.rampDownMs)}) / 2 = ${Math.round(ramped)}, users ${users}`
  return { problem: { key: 'users', found } }
}

/** Whether users, rate and time, all three asked for, can go together. */
function compare(
  { users, ratePerSecond }: UsersAndRate,
  time: Stages,
  asked: LoadShape,
): Problem | undefined {
  const seconds = effectiveSeconds(time)
  const possible = ratePerSecond * seconds
  const isShort = users > Math.ceil(possible - 1e-6)
  // A requested stage has to be filled; only the duration is an upper limit.
  const isLong = asked.sustainMs !== undefined && users < Math.floor(possible + 1e-6)
  if (!isShort && !isLong) return undefined
  const ramps = time.rampUpMs + time.rampDownMs > 0 ? ' (half of each ramp counts)' : ''
  const found =
    `users, rate and time contradict each other: ${formatRate(ratePerSecond)} x ${show(seconds * 1000)}${ramps} = ` +
    `${Math.round(possible)} users, not ${users}; leave one of them out, or use ` +
    `--rate ${Number((users / seconds).toPrecision(4))}`
  return { key: 'users', found }
}

function effectiveSeconds({ rampUpMs, sustainMs, rampDownMs }: Stages): number {
  return (rampUpMs / 2 + sustainMs + rampDownMs / 2) / 1000
}

const show = (durationMs: number): string => formatDuration(durationMs)
const wholeSeconds = (durationMs: number): number => Math.round(durationMs / 1000) * 1000
