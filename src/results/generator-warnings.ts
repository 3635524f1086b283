import type { Measurements } from './measurements-schema.ts'
import type { Warning } from './summary-schema.ts'

/** Beyond these limits, figures describe the generator or its machine rather than the target. */
export const generatorLimits = {
  /** Lateness of starts at p99, in milliseconds. */
  lagP99Ms: 100,
  /** Delay of the main thread's event loop at p99, in milliseconds: every latency may be that much too long. */
  eventLoopP99Ms: 50,
  /** Share of its cores that the generator used over its busiest ten seconds. */
  cpuShare: 0.9,
  /** Share of all cores of its machine that any process used. */
  machineShare: 0.95,
  /** Share of the planned users who were due and got no slot. */
  noPlaceShare: 0.01,
} as const

/** Reason of a drop because all slots were taken. */
const noPlace = 'concurrency-limit'
/** Reason of a drop because the generator was late. */
const tooLate = 'generator-late'

/**
 * Lists the signs that the generator could not keep up, so that its figures are unreliable: it started users late, its event
 * loop or CPU was at the limit, the machine was busy, or users got no slot.
 *
 * @example generatorWarnings(recorder.measurements()).map(({ code }) => code) // ['GENERATOR_LATE']
 */
export function generatorWarnings(measurements: Measurements): Warning[] {
  const { arrivals, resources, users, outcomeReasons, heldBack } = measurements
  const warnings: Warning[] = []
  const warn = (code: string, message: string, hint: string) => warnings.push({ code, message, hint })

  const late = outcomeReasons.dropped?.[tooLate] ?? 0
  if (late > 0) {
    warn(
      'GENERATOR_LATE',
      `${late} of ${users.planned} users never started, because the generator itself was too late: the target saw a different load from the one you asked for.`,
      'Use a larger machine or several (--part).',
    )
  }
  const lagMs = arrivals.lagMs.p99 ?? 0
  const held = heldBack.started + heldBack.dropped
  if (held > 0) {
    warn(
      'LOAD_HELD_BACK',
      `${held} of ${users.planned} users were held back to protect the target: ${heldBack.started} started later than due, ${heldBack.dropped} never did. The target saw a different load from the one you asked for.`,
      'Read the latencies from the due start; the timeline shows when the breaker was open and which share of the rate was admitted.',
    )
  }
  if (lagMs > generatorLimits.lagP99Ms) {
    warn(
      'GENERATOR_LATE',
      `The generator started users ${whole(lagMs)} ms late at p99 (${whole(arrivals.lagMs.max ?? 0)} ms at worst; the limit is ${generatorLimits.lagP99Ms} ms), waits not included: the target saw a different load from the one you asked for.`,
      'Read the latencies from the due start, and use a larger machine or several (--part).',
    )
  }
  const loopMs = resources.eventLoopDelayMs.p99
  if (loopMs > generatorLimits.eventLoopP99Ms) {
    warn(
      'GENERATOR_LOOP',
      `The generator's event loop was ${whole(loopMs)} ms late at p99 (the limit is ${generatorLimits.eventLoopP99Ms} ms): every latency may be that much too long.`,
      'Lower the rate, or use a larger machine or several (--part).',
    )
  }
  const { cores, cpuCoresPeak, machineShare } = resources
  if (cores > 0 && cpuCoresPeak / cores > generatorLimits.cpuShare) {
    warn(
      'GENERATOR_CPU',
      `The generator used ${percent(cpuCoresPeak / cores)} of its ${cores} cores over its busiest ten seconds: it was at its own limit.`,
      'Use a larger machine or several (--part).',
    )
  }
  if (machineShare !== null && machineShare > generatorLimits.machineShare) {
    warn(
      'MACHINE_CPU',
      `All cores of the machine were ${percent(machineShare)} busy: everything on it waited for CPU, and latencies include that wait.`,
      'Run the generator on a separate machine, without the stack and other work.',
    )
  }
  const dropped = outcomeReasons.dropped?.[noPlace] ?? 0
  if (users.planned > 0 && dropped / users.planned > generatorLimits.noPlaceShare) {
    warn(
      'GENERATOR_FULL',
      `${dropped} of ${users.planned} users got no slot and never started: the target saw less load than you asked for.`,
      'Raise --concurrency, unless you meant to test that limit.',
    )
  }
  return warnings
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
const percent = (share: number): string => `${Math.round(share * 100)}%`
