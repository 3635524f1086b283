import { formatDuration } from './duration.ts'
import { type ClosedArrival, isOpen, type LoadProfile, type OpenArrival } from './profile.ts'
import { formatRate } from './rate.ts'
import { type Part, shareOf } from './split.ts'
import { describeStage, type RateStage } from './stage.ts'

/**
 * Describes in a sentence how users arrive.
 *
 * @example describeProfile(profile, wholeLoad)
 * // '60 users in a Poisson process: 2/s for 30s; at most 60 in flight; a user who gets no slot within 30s is dropped.'
 */
export function describeProfile(profile: LoadProfile, part: Part): string {
  const { users, concurrency, arrival, timeScale = 1 } = profile
  const pace = timeScale === 1 ? '' : `, ${describeScale(timeScale)}`
  const share =
    part.count === 1
      ? ''
      : ` This is part ${part.index + 1} of ${part.count}: ${count(shareOf(users, part))} users, ` +
        `at most ${count(shareOf(concurrency, part))} in flight.`
  return `${count(users)} users ${describeArrival(arrival)}${pace}; ${describePlaces(profile)}.${share}`
}

function describeArrival(arrival: OpenArrival | ClosedArrival): string {
  switch (arrival.kind) {
    case 'poisson':
    case 'constant': {
      const process = arrival.kind === 'poisson' ? 'in a Poisson process' : 'evenly spaced'
      const spikes = arrival.spikes.map(
        (spike) =>
          `, and ${formatRate(spike.perSecond)} more for ${formatDuration(spike.durationMs)} at ${formatDuration(spike.atMs)}`,
      )
      return `${process}: ${describeStages(arrival.stages)}${spikes.join('')}`
    }
    case 'wave':
      return `in waves of ${count(arrival.size)}, one every ${formatDuration(arrival.everyMs)} on a fixed schedule`
    case 'replay':
      return `as recorded, within ${formatDuration(arrival.dueMs.at(-1) ?? 0)}`
    case 'batch':
      if (arrival.size === 1) return `one at a time, ${formatDuration(arrival.delayMs)} apart`
      return (
        `in batches of ${count(arrival.size)}, ` +
        `each ${formatDuration(arrival.delayMs)} after the previous one ends`
      )
    case 'at-once':
      return 'all at once'
  }
}

/** Describes the first few stages; a long list is truncated. */
function describeStages(stages: readonly RateStage[]): string {
  const shown = stages.slice(0, 6).map(describeStage)
  if (stages.length > shown.length) shown.push(`${stages.length - shown.length} more stages`)
  return shown.join(', then ')
}

function describePlaces(profile: LoadProfile): string {
  const { concurrency, users, patienceMs, arrival } = profile
  if (isOpen(profile)) {
    return `at most ${count(concurrency)} in flight; a user who gets no slot within ${formatDuration(patienceMs)} is dropped`
  }
  const atOnce = arrival.kind === 'batch' ? Math.min(arrival.size, users) : users
  const limit = `at most ${count(Math.min(concurrency, atOnce))} in flight`
  return concurrency < atOnce ? `${limit}, the next as soon as a slot is free` : limit
}

function describeScale(factor: number): string {
  const times = (value: number): number => Number(value.toPrecision(4))
  return factor > 1
    ? `${times(factor)} times faster than written`
    : `${times(1 / factor)} times slower than written`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
