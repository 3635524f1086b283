import { toggle } from '../kinds/basic.ts'
import { duration } from '../kinds/duration.ts'
import { rate } from '../kinds/rate.ts'
import { parameter } from '../parameter.ts'

/** How the highest rate that holds is looked for; only with `--find-capacity`. */
export const capacityParameters = {
  /** Look for the capacity instead of making one run. */
  find: parameter(toggle, {
    default: false,
    flag: '--find-capacity',
    summary: 'Raise the rate step by step until a threshold breaks, and find the highest rate that holds.',
  }),
  /** The first rate. */
  startPerSecond: parameter(rate, {
    default: 1,
    flag: '--capacity-start <users/s>',
    summary: 'The rate of the first step.',
  }),
  /** No step is faster. */
  maxPerSecond: parameter(rate, {
    default: 200,
    flag: '--capacity-max <users/s>',
    summary: 'No step is faster than this.',
  }),
  /** How long users come at each rate. */
  stepMs: parameter(duration({ bareUnit: 's', minMs: 10_000 }), {
    default: 30_000,
    flag: '--capacity-step <time>',
    summary: 'How long users come at each rate; longer steps tell finer.',
  }),
  /** No step begins that would not end within this. */
  limitMs: parameter(duration({ bareUnit: 'm', minMs: 10_000 }), {
    default: 30 * 60_000,
    flag: '--capacity-time <time>',
    summary: 'Time for the whole search; no step begins that would end later.',
  }),
}
