import { toggle } from '../kinds/basic.ts'
import { duration } from '../kinds/duration.ts'
import { rate } from '../kinds/rate.ts'
import { parameter } from '../parameter.ts'

/** The search for the highest sustainable rate; only with `--find-capacity`. */
export const capacityParameters = {
  /** Search for the capacity instead of running one load. */
  find: parameter(toggle, {
    default: false,
    flag: '--find-capacity',
    summary: 'Find the highest sustainable rate: raise the rate step by step until a threshold fails.',
  }),
  /** The first rate. */
  startPerSecond: parameter(rate, {
    default: 1,
    flag: '--capacity-start <users/s>',
    summary: 'Rate of the first step.',
  }),
  /** The highest rate to try. */
  maxPerSecond: parameter(rate, {
    default: 200,
    flag: '--capacity-max <users/s>',
    summary: 'Highest rate to try.',
  }),
  /** Duration of each step. */
  stepMs: parameter(duration({ bareUnit: 's', minMs: 10_000 }), {
    default: 30_000,
    flag: '--capacity-step <time>',
    summary: 'Duration of each step; longer steps give a more precise result.',
  }),
  /** Time for the whole search. */
  limitMs: parameter(duration({ bareUnit: 'm', minMs: 10_000 }), {
    default: 30 * 60_000,
    flag: '--capacity-time <time>',
    summary: 'Time for the whole search. No step starts that would end later.',
  }),
}
