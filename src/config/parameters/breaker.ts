import { choice, decimalNumber, wholeNumber } from '../kinds/basic.ts'
import { duration } from '../kinds/duration.ts'
import { parameter } from '../parameter.ts'

const seconds = duration({ bareUnit: 's' })

/** When a target fails too often, and what is done then. */
export const breakerParameters = {
  /** What an open breaker does. */
  mode: parameter(choice(['stop', 'pause', 'off']), {
    default: 'stop',
    flag: '--breaker <mode>',
    summary:
      'When too many flows fail: stop the run (exit code 5); pause, and start nobody until a few users have found that ' +
      'the target works again; or off.',
  }),
  /** Failures in a row that open it; 0 is never. */
  consecutiveFailures: parameter(wholeNumber({ min: 0, max: 1_000_000 }), {
    default: 5,
    flag: '--breaker-failures <count>',
    summary: 'Failures in a row that open the breaker; 0 for never.',
  }),
  /** Share of failures in the window that opens it; 1 is never. */
  failureRate: parameter(decimalNumber({ min: 0, max: 1 }), {
    default: 0.5,
    flag: '--breaker-rate <share>',
    summary: 'Share of failures in the window beyond which the breaker opens; 1 for never.',
  }),
  /** Number of last flows looked at. */
  window: parameter(wholeNumber({ min: 1, max: 1_000_000 }), {
    default: 50,
    flag: '--breaker-window <count>',
    summary: 'How many of the last flows the share of failures is taken over.',
  }),
  /** From the opening to the first try. */
  coolDownMs: parameter(seconds, {
    default: 10_000,
    flag: '--breaker-cool-down <time>',
    summary:
      'Time from the opening of the breaker to the first try; doubles with each that fails, up to eightfold.',
  }),
  /** Users of one try. */
  probes: parameter(wholeNumber({ min: 1, max: 1000 }), {
    default: 3,
    flag: '--breaker-probes <count>',
    summary: 'Users of one try, all of whom have to get through for the breaker to close.',
  }),
  /** Longest time without closing. */
  limitMs: parameter(seconds, {
    default: 300_000,
    flag: '--breaker-limit <time>',
    summary: 'Time after which a breaker that has not closed again stops the run with exit code 5.',
  }),
}
