import { choice, decimalNumber, toggle, wholeNumber } from '../kinds/basic.ts'
import { duration } from '../kinds/duration.ts'
import { part } from '../kinds/part.ts'
import { rate } from '../kinds/rate.ts'
import { replayFile, spikes, stages } from '../kinds/schedule.ts'
import { optional, parameter } from '../parameter.ts'

const minutes = duration({ bareUnit: 'm' })
const seconds = duration({ bareUnit: 's' })

/** The load: how users arrive. */
export const loadParameters = {
  /** `poisson` and `constant` follow the rate, `wave` and `replay` a schedule of their own, `batch` and `at-once` other users. */
  arrival: parameter(choice(['poisson', 'constant', 'wave', 'replay', 'batch', 'at-once']), {
    default: 'poisson',
    flag: '--arrival <process>',
    summary:
      'How users arrive: poisson (like real traffic), constant (evenly spaced), batch (a batch after the last one ended), ' +
      'wave (batches on a schedule), at-once, or replay (a recording).',
  }),
  /** Arrivals per second at the plateau. */
  ratePerSecond: optional(rate, {
    settledFrom: 'users / time',
    flag: '--rate <users/s>',
    summary: 'Arrivals per second at the plateau; fractions are allowed.',
  }),
  /** From the start to the end of the ramp-down. */
  durationMs: optional(duration({ bareUnit: 'm', minMs: 1 }), {
    settledFrom: 'users / rate, or the sum of the stages',
    flag: '--duration <time>',
    summary: 'Duration of the load, ramps included. An upper limit if users and rate are given too.',
  }),
  /** The rate rises from zero. */
  rampUpMs: parameter(minutes, {
    default: 0,
    flag: '--ramp-up <time>',
    summary: 'Time in which the rate rises from zero.',
  }),
  /** The rate stays constant. */
  sustainMs: optional(minutes, {
    settledFrom: 'duration - ramps',
    flag: '--sustain <time>',
    summary: 'Time at the full rate.',
  }),
  /** The rate falls to zero. */
  rampDownMs: parameter(minutes, {
    default: 0,
    flag: '--ramp-down <time>',
    summary: 'Time in which the rate falls to zero.',
  }),
  /** A custom course of the rate; replaces rate, duration and ramps. */
  stages: parameter(stages, {
    default: [],
    flag: '--stages <list>',
    summary:
      "Custom stages of the rate, such as '0-5/s over 30s, 5/s for 10m'. Replaces rate, duration and ramps.",
  }),
  /** Additional users for a while. */
  spikes: parameter(spikes, {
    default: [],
    flag: '--spike <spike>',
    summary:
      "Additional users for a while, on top of rate or stages, such as '20/s for 30s at 5m'. Repeatable.",
  }),
  /** Recorded arrivals. */
  replay: optional(replayFile, {
    flag: '--replay <file>',
    summary:
      'Recorded arrivals to replay: the flows.ndjson of a run, or a file with one time per line (seconds, or dates).',
  }),
  /** How many times faster to run the schedule. */
  timeScale: parameter(decimalNumber({ min: 0, max: 1_000_000 }), {
    default: 1,
    flag: '--time-scale <factor>',
    summary:
      'Factor that compresses the schedule: 30 turns three hours into six minutes, at 30 times the rate.',
  }),
  /** Highest number of flows in flight. */
  concurrency: parameter(wholeNumber({ min: 1, max: 100_000 }), {
    default: 50,
    flag: '--concurrency <count>',
    summary: 'Highest number of flows in flight.',
  }),
  /** How long a due user waits for a free slot before it is dropped. */
  patienceMs: parameter(seconds, {
    default: 30_000,
    flag: '--patience <time>',
    summary:
      'How long a due user waits for a free slot before it is dropped. Does not apply to batch and at-once.',
  }),
  /** Users of one batch. */
  batchSize: parameter(wholeNumber({ min: 1, max: 100_000 }), {
    default: 5,
    flag: '--batch-size <count>',
    summary: 'Users of one batch or wave. Implies --arrival batch unless another arrival is given.',
  }),
  /** Delay from the end of one batch to the next, or from the start of one wave to the next. */
  batchDelayMs: parameter(seconds, {
    default: 8_000,
    flag: '--delay <time>',
    summary:
      'Delay from the end of a batch to the next, or between waves. Implies --arrival batch unless another arrival is given.',
  }),
  /** One user at a time. */
  sequential: parameter(toggle, {
    default: false,
    flag: '--sequential',
    summary: 'One user at a time, with --spacing (2s) between the end of one and the start of the next.',
  }),
  /** Shortest time between two requests of a kind to the personal server, over the whole process. */
  spacingMs: parameter(seconds, {
    default: 0,
    flag: '--spacing <time>',
    summary:
      'Shortest time between two requests of the same kind (operation or identity) to a rate-limited personal server, ' +
      'plus a random share of up to half of it.',
  }),
  /** Slow down when the target limits its rate. */
  adaptive: parameter(toggle, {
    default: false,
    flag: '--adaptive',
    summary:
      'Start fewer users while the target limits its rate (HTTP 429). Users who cannot start within --patience are dropped.',
  }),
  /** The part of the load that this process runs, counted from 0. */
  part: parameter(part, {
    default: { index: 0, count: 1 },
    flag: '--part <i/n>',
    summary: 'Run only part i of n of the load. The n parts together are exactly the whole.',
  }),
  /** Worker threads for encryption and signatures; absent: one per core. */
  threads: optional(wholeNumber({ min: 1, max: 512 }), {
    flag: '--threads <count>',
    summary: 'Worker threads for encryption and signatures. (default: one per core)',
  }),
  /** Grace period of flows in flight once the run is stopped. */
  graceMs: parameter(seconds, {
    default: 30_000,
    flag: '--grace <time>',
    summary: 'Grace period in which flows in flight may finish once the run is stopped.',
  }),
}
