import { formatDuration } from './duration.ts'
import { type LoadProfile, rateCurveOf } from './profile.ts'
import { formatRate, highestRatePerSecond } from './rate.ts'
import type { Part } from './split.ts'
import {
  describeStage,
  formatSpike,
  type RateStage,
  type Spike,
  usersOfSpike,
  usersOfStage,
} from './stage.ts'

/** A contradiction in a profile, with the arithmetic that shows it. */
export type ProfileProblem = {
  about: 'users' | 'rate' | 'concurrency' | 'stages' | 'spikes' | 'replay' | 'batch' | 'part'
  found: string
}

/**
 * Finds all contradictions in a profile.
 *
 * @param part share of the profile to run
 * @returns an empty list for a valid profile
 */
export function checkProfile(profile: LoadProfile, part: Part): ProfileProblem[] {
  return [...checkArrival(profile), ...checkPlaces(profile), ...checkPart(profile, part)]
}

function checkArrival({ users, arrival }: LoadProfile): ProfileProblem[] {
  switch (arrival.kind) {
    case 'poisson':
    case 'constant':
      return [
        ...checkStages(users, arrival.stages, arrival.spikes),
        ...checkSpikes(arrival.stages, arrival.spikes),
      ]
    case 'wave':
      return arrival.everyMs > 0
        ? []
        : [{ about: 'batch', found: `waves 0s apart all start at once: ${arrival.size} users / 0s` }]
    case 'replay':
      return checkReplay(users, arrival.dueMs.length)
    default:
      return []
  }
}

function checkReplay(users: number, recorded: number): ProfileProblem[] {
  if (recorded === 0)
    return [{ about: 'replay', found: 'the recording has no arrivals, so 0 users would start' }]
  return users === recorded ? [] : [{ about: 'replay', found: `it holds ${recorded} arrivals, not ${users}` }]
}

function checkStages(
  users: number,
  stages: readonly RateStage[],
  spikes: readonly Spike[],
): ProfileProblem[] {
  const sum = stages.map((stage) => `${describeStage(stage)} = ${round(usersOfStage(stage))}`).join(', ')
  const ofStages = stages.reduce((total, stage) => total + usersOfStage(stage), 0)
  const ofSpikes = spikes.reduce((total, spike) => total + usersOfSpike(spike), 0)
  if (ofStages === 0)
    return [{ about: 'stages', found: `no stage has a rate: ${sum || 'there is none'} users` }]
  const problems: ProfileProblem[] = []
  const total = ofStages + ofSpikes
  if (Math.abs(total - users) > 1) {
    const extra = ofSpikes > 0 ? `, spikes = ${round(ofSpikes)}` : ''
    problems.push({
      about: 'users',
      found: `the stages bring ${round(total)} users, not ${users}: ${sum}${extra}`,
    })
  }
  const peak = rateCurveOf({ stages, spikes }).peakPerSecond
  if (peak > highestRatePerSecond) {
    const seconds = formatDuration(stages.reduce((time, { durationMs }) => time + durationMs, 0))
    const found =
      `${users} users in ${seconds} arrive at up to ${formatRate(peak)}, ` +
      `more than the maximum of ${formatRate(highestRatePerSecond)} per generator`
    problems.push({ about: 'rate', found })
  }
  return problems
}

function checkSpikes(stages: readonly RateStage[], spikes: readonly Spike[]): ProfileProblem[] {
  const lengthMs = stages.reduce((time, { durationMs }) => time + durationMs, 0)
  return spikes.flatMap((spike): ProfileProblem[] => {
    const { atMs, durationMs } = spike
    const name = `'${formatSpike(spike)}'`
    if (usersOfSpike(spike) === 0) return [{ about: 'spikes', found: `${name} brings 0 users` }]
    // Times are written in whole milliseconds; a division since then may have left a rounding error.
    if (atMs + durationMs <= lengthMs + 1) return []
    const sum = `${formatDuration(atMs)} + ${formatDuration(durationMs)} = ${formatDuration(atMs + durationMs)}`
    return [
      {
        about: 'spikes',
        found: `${name} ends after the load: ${sum}, users arrive for ${formatDuration(lengthMs)}`,
      },
    ]
  })
}

function checkPlaces({ users, concurrency }: LoadProfile): ProfileProblem[] {
  if (users === 0 || concurrency <= users) return []
  const found = `a concurrency of ${concurrency} needs at least as many users, but only ${users} arrive: ${concurrency} > ${users}`
  return [{ about: 'concurrency', found }]
}

function checkPart({ users, concurrency, arrival }: LoadProfile, part: Part): ProfileProblem[] {
  const { count, index } = part
  const problems: ProfileProblem[] = []
  if (index >= count) {
    problems.push({ about: 'part', found: `part ${index + 1} of ${count} does not exist` })
  }
  const share = (what: string, total: number): void => {
    if (total === 0 || total >= count) return
    problems.push({
      about: 'part',
      found: `${total} ${what} over ${count} parts leave ${count - total} of them with none`,
    })
  }
  share('users', users)
  share('places (--concurrency)', concurrency)
  if (arrival.kind === 'batch') share('users of a batch', arrival.size)
  return problems
}

const round = (count: number): number => Number(count.toPrecision(6))
