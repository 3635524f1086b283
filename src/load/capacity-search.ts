/** Whether a rate held, as it was measured once. */
export type RateOutcome = { ratePerSecond: number; held: boolean }

/** Where and how finely the capacity is looked for. */
export type CapacitySearchSettings = {
  /** The first rate, in users per second. */
  startPerSecond: number
  /** No rate above this is tried. */
  maxPerSecond: number
  /** No rate below this is tried. @default an eighth of the first */
  minPerSecond?: number
  /** By how much the rate is raised until it breaks. @default 2 */
  growth?: number
  /** The search is over when what broke is at most this far above what held, as a share of it. @default 0.1 */
  precision?: number
  /** How often the highest rate that holds is measured in all. @default 3 */
  repeats?: number
}

/** What is to be done next. */
export type CapacityMove =
  | { kind: 'measure'; ratePerSecond: number; purpose: CapacityPurpose }
  | ({ kind: 'done' } & CapacityVerdict)

/** Why a rate is measured: the first look at it while stepping, halving a bracket, or once more to be sure. */
export type CapacityPurpose = 'step' | 'bisect' | 'confirm'

/** What the search found. */
export type CapacityVerdict = {
  /** The highest rate that holds; `null` when none did. */
  ratePerSecond: number | null
  /** The lowest rate that broke; `null` when none did. */
  brokeAtPerSecond: number | null
  /** How often the highest rate was measured, and how often it held. */
  runs: number
  held: number
  /**
   * How likely it is to hold once more, by Laplace's rule of succession: (held + 1) / (runs + 2). `null` without a rate.
   */
  confidence: number | null
}

/** A rate with everything that was measured at it. */
type Rate = { ratePerSecond: number; held: number; broke: number }

const defaults = { growth: 2, precision: 0.1, repeats: 3 }

/**
 * Decides what a capacity search does next, from all that was measured so far; pure, and with no memory of its own.
 *
 * The rate is raised by a factor until it breaks (lowered if the first one breaks at once), then the bracket between the
 * highest rate that held and the lowest that broke is halved until it is narrow; then both ends are measured again. A
 * rate counts by the majority of its measurements, so that one unlucky run decides nothing: when a repeat contradicts,
 * a third decides, and the bracket moves.
 *
 * | measured so far | next |
 * |---|---|
 * | nothing | the first rate |
 * | a rate held as often as it broke | that rate again |
 * | nothing broke yet | the highest rate times `growth`, at most the maximum |
 * | nothing held yet | the lowest rate over `growth`; below the minimum: done, none holds |
 * | the bracket is wider than `precision` | its geometric middle |
 * | an end was not repeated yet | that end again |
 * | otherwise | done |
 *
 * @param outcomes in the order in which they were measured
 * @example
 * nextCapacityMove({ startPerSecond: 1, maxPerSecond: 100 }, [{ ratePerSecond: 1, held: true }])
 * // { kind: 'measure', ratePerSecond: 2, purpose: 'step' }
 */
export function nextCapacityMove(
  settings: CapacitySearchSettings,
  outcomes: readonly RateOutcome[],
): CapacityMove {
  const { startPerSecond, maxPerSecond, growth, precision, repeats } = { ...defaults, ...settings }
  const minPerSecond = settings.minPerSecond ?? startPerSecond / 8
  const rates = addUp(outcomes)
  if (rates.length === 0) return measure(Math.min(startPerSecond, maxPerSecond), 'step')

  const undecided = rates.find(({ held, broke }) => held === broke)
  if (undecided) return measure(undecided.ratePerSecond, 'confirm')
  const broken = rates.find(({ held, broke }) => broke > held)
  const holding = rates.findLast(
    ({ ratePerSecond, held, broke }) => held > broke && ratePerSecond < (broken?.ratePerSecond ?? Infinity),
  )

  if (!holding) {
    const lowest = broken?.ratePerSecond ?? startPerSecond
    const lower = threeDigits(lowest / growth)
    if (lower >= minPerSecond && lower < lowest) return measure(lower, 'step')
    return broken && broken.broke < 2 ? measure(lowest, 'confirm') : done(undefined, broken)
  }
  if (!broken) {
    const higher = Math.min(maxPerSecond, threeDigits(holding.ratePerSecond * growth))
    if (higher > holding.ratePerSecond) return measure(higher, 'step')
  } else if (broken.ratePerSecond / holding.ratePerSecond > 1 + precision) {
    const middle = threeDigits(Math.sqrt(broken.ratePerSecond * holding.ratePerSecond))
    if (middle > holding.ratePerSecond && middle < broken.ratePerSecond) return measure(middle, 'bisect')
  }
  if (holding.held + holding.broke < repeats) return measure(holding.ratePerSecond, 'confirm')
  if (broken && broken.held + broken.broke < 2) return measure(broken.ratePerSecond, 'confirm')
  return done(holding, broken)
}

/**
 * What a search that has to end now can say: as if it were over, with what was measured so far.
 *
 * @example capacitySoFar(outcomes).ratePerSecond
 */
export function capacitySoFar(outcomes: readonly RateOutcome[]): CapacityVerdict {
  const rates = addUp(outcomes)
  const broken = rates.find(({ held, broke }) => broke >= held)
  const holding = rates.findLast(
    ({ ratePerSecond, held, broke }) => held > broke && ratePerSecond < (broken?.ratePerSecond ?? Infinity),
  )
  const { kind: _kind, ...verdict } = done(holding, broken)
  return verdict
}

/** The rates that were measured, lowest first. */
function addUp(outcomes: readonly RateOutcome[]): Rate[] {
  const rates = new Map<number, Rate>()
  for (const { ratePerSecond, held } of outcomes) {
    const rate = rates.get(ratePerSecond) ?? { ratePerSecond, held: 0, broke: 0 }
    if (held) rate.held += 1
    else rate.broke += 1
    rates.set(ratePerSecond, rate)
  }
  return [...rates.values()].sort((a, b) => a.ratePerSecond - b.ratePerSecond)
}

function measure(ratePerSecond: number, purpose: CapacityPurpose): CapacityMove {
  return { kind: 'measure', ratePerSecond, purpose }
}

function done(holding: Rate | undefined, broken: Rate | undefined): CapacityVerdict & { kind: 'done' } {
  const runs = holding ? holding.held + holding.broke : 0
  return {
    kind: 'done',
    ratePerSecond: holding?.ratePerSecond ?? null,
    brokeAtPerSecond: broken?.ratePerSecond ?? null,
    runs,
    held: holding?.held ?? 0,
    confidence: holding ? (holding.held + 1) / (runs + 2) : null,
  }
}

/** A rate that people can read and type again. */
function threeDigits(ratePerSecond: number): number {
  return Number(ratePerSecond.toPrecision(3))
}
