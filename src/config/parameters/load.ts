import { choice, decimalNumber, toggle, wholeNumber } from '../kinds/basic.ts'
import { duration } from '../kinds/duration.ts'
import { part } from '../kinds/part.ts'
import { rate } from '../kinds/rate.ts'
import { replayFile, spikes, stages } from '../kinds/schedule.ts'
import { optional, parameter } from '../parameter.ts'

const minutes = duration({ bareUnit: 'm' })
const seconds = duration({ bareUnit: 's' })

/** How users come. */
export const loadParameters = {
  /** `poisson` and `constant` follow the rate; `wave` and `replay` a clock of their own; `batch` and `at-once` other users. */
  arrival: parameter(choice(['poisson', 'constant', 'wave', 'replay', 'batch', 'at-once']), {
    default: 'poisson',
    flag: '--arrival <process>',
    summary:
      'How users come: poisson (as real traffic), constant (evenly spaced), batch (the next when the last has ended), ' +
      'wave (batches by the clock), at-once, or replay.',
  }),
  /** Arrivals per second at the plateau. */
  ratePerSecond: optional(rate, {
    settledFrom: 'users / time',
    flag: '--rate <users/s>',
    summary: 'Users per second at the plateau; fractions are fine.',
  }),
  /** From the first moment to the end of the ramp-down. */
  durationMs: optional(duration({ bareUnit: 'm', minMs: 1 }), {
    settledFrom: 'users / rate, or the sum of the stages',
    flag: '--duration <time>',
    summary: 'How long users come, ramps included; an upper limit when users and rate are given too.',
  }),
  /** The rate climbs from zero. */
  rampUpMs: parameter(minutes, {
    default: 0,
    flag: '--ramp-up <time>',
    summary: 'Time in which the rate climbs from zero.',
  }),
  /** The rate holds. */
  sustainMs: optional(minutes, {
    settledFrom: 'duration - ramps',
    flag: '--sustain <time>',
    summary: 'Time for which the rate holds.',
  }),
  /** The rate falls to zero. */
  rampDownMs: parameter(minutes, {
    default: 0,
    flag: '--ramp-down <time>',
    summary: 'Time in which the rate falls to zero.',
  }),
  /** Any course of the rate; takes the place of rate, duration and ramps. */
  stages: parameter(stages, {
    default: [],
    flag: '--stages <list>',
    summary:
      "Any course of the rate, such as '0-5/s over 30s, 5/s for 10m'; in place of rate, duration and ramps.",
  }),
  /** Users that come on top for a while. */
  spikes: parameter(spikes, {
    default: [],
    flag: '--spike <spike>',
    summary:
      "More users for a while, on top of rate or stages: '20/s for 30s at 5m'; may be given several times.",
  }),
  /** Recorded arrivals. */
  replay: optional(replayFile, {
    flag: '--replay <file>',
    summary:
      'Users come as recorded: the flows.ndjson of a run, or a file with a time a line (seconds, or dates).',
  }),
  /** How many times faster than written the schedule is to be. */
  timeScale: parameter(decimalNumber({ min: 0, max: 1_000_000 }), {
    default: 1,
    flag: '--time-scale <factor>',
    summary: 'Compress the schedule in time: 30 makes of three hours six minutes, at 30 times the rate.',
  }),
  /** Most users at work at the same time. */
  concurrency: parameter(wholeNumber({ min: 1, max: 100_000 }), {
    default: 50,
    flag: '--concurrency <count>',
    summary: 'Most users at work at the same time; never more than there are users.',
  }),
  /** How long a due user waits for a free place before it is dropped, and counted as dropped. */
  patienceMs: parameter(seconds, {
    default: 30_000,
    flag: '--patience <time>',
    summary:
      'How long a due user waits for a free place before it counts as dropped; not for batch and at-once.',
  }),
  /** Users of one batch. */
  batchSize: parameter(wholeNumber({ min: 1, max: 100_000 }), {
    default: 5,
    flag: '--batch-size <count>',
    summary: 'Users of one batch or wave; asks for batch arrival when no other is given.',
  }),
  /** From the end of one batch to the next, or from the start of one wave to the next. */
  batchDelayMs: parameter(seconds, {
    default: 8_000,
    flag: '--delay <time>',
    summary:
      'Time from the end of a batch to the next, or from wave to wave; asks for batch arrival when no other is given.',
  }),
  /** One user after the other. */
  sequential: parameter(toggle, {
    default: false,
    flag: '--sequential',
    summary: 'One user after another, with --spacing (2s) from the end of one to the start of the next.',
  }),
  /** Least time between two requests of a kind to the personal server, over the whole process. */
  spacingMs: parameter(seconds, {
    default: 0,
    flag: '--spacing <time>',
    summary:
      'Least time between two requests for an operation, and between two for an identity, to a personal server ' +
      'that limits them; up to half of it is added at random.',
  }),
  /** Slow down where the target says that it is too much. */
  adaptive: parameter(toggle, {
    default: false,
    flag: '--adaptive',
    summary:
      'Start fewer users while the target limits its rate (HTTP 429); who finds no start within --patience counts as dropped.',
  }),
  /** Which share of the load this process carries, counted from 0. */
  part: parameter(part, {
    default: { index: 0, count: 1 },
    flag: '--part <i/n>',
    summary: 'Carry only part i of n of the load; the n parts together are exactly the whole.',
  }),
  /** Worker threads for encryption and signatures; absent: one for each core. */
  threads: optional(wholeNumber({ min: 1, max: 512 }), {
    flag: '--threads <count>',
    summary: 'Worker threads for encryption and signatures; without it, one for each core.',
  }),
  /** What users in flight are given to end once the run is stopped. */
  graceMs: parameter(seconds, {
    default: 30_000,
    flag: '--grace <time>',
    summary: 'Time that users in flight are given to end once the run is stopped.',
  }),
}
