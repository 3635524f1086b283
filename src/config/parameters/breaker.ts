import { choice, decimalNumber, wholeNumber } from '../kinds/basic.ts'
import { duration } from '../kinds/duration.ts'
import { parameter } from '../parameter.ts'

const seconds = duration({ bareUnit: 's' })

/** The circuit breaker: when a failing target stops or pauses a run. */
export const breakerParameters = {
  /** Effect of an open breaker. */
  mode: parameter(choice(['stop', 'pause', 'off']), {
    default: 'stop',
    flag: '--breaker <mode>',
    summary:
      'When too many flows fail: stop (end the run with exit code 5), pause (start no users until a few probes succeed), ' +
      'or off.',
  }),
  /** Consecutive failures that open it; 0 means never. */
  consecutiveFailures: parameter(wholeNumber({ min: 0, max: 1_000_000 }), {
    default: 5,
    flag: '--breaker-failures <count>',
    summary: 'Consecutive failures that open the breaker; 0 means never.',
  }),
  /** Failure rate in the window that opens it; 1 means never. */
  failureRate: parameter(decimalNumber({ min: 0, max: 1 }), {
    default: 0.5,
    flag: '--breaker-rate <share>',
    summary: 'Failure rate above which the breaker opens, over the last flows of the window; 1 means never.',
  }),
  /** Number of recent flows in the window. */
  window: parameter(wholeNumber({ min: 1, max: 1_000_000 }), {
    default: 50,
    flag: '--breaker-window <count>',
    summary: 'Number of recent flows that the failure rate is computed over.',
  }),
  /** From the opening to the first probe. */
  coolDownMs: parameter(seconds, {
    default: 10_000,
    flag: '--breaker-cool-down <time>',
    summary:
      'Time from the opening of the breaker to the first probe; doubles after each failed probe, up to eightfold.',
  }),
  /** Users of one probe. */
  probes: parameter(wholeNumber({ min: 1, max: 1000 }), {
    default: 3,
    flag: '--breaker-probes <count>',
    summary: 'Users of one probe. The breaker closes when all of them succeed.',
  }),
  /** Longest time open. */
  limitMs: parameter(seconds, {
    default: 300_000,
    flag: '--breaker-limit <time>',
    summary: 'Longest time that the breaker stays open; after that, the run stops with exit code 5.',
  }),
}
