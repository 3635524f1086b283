/** Outcome of one measurement of a rate. */
export type RateOutcome = { ratePerSecond: number; held: boolean }

/** Range and precision of the search. */
export type CapacitySearchSettings = {
  /** The first rate, in users per second. */
  startPerSecond: number
  /** Highest rate to try. */
  maxPerSecond: number
  /** Lowest rate to try. @default an eighth of the first */
  minPerSecond?: number
  /** Factor by which the rate is raised until it breaks. @default 2 */
  growth?: number
  /** Largest gap between the rate that held and the one that broke, as a share of the former. @default 0.1 */
  precision?: number
  /** Number of measurements of the highest rate that holds. @default 3 */
  repeats?: number
}

/** Next move of a search. */
export type CapacityMove =
  | { kind: 'measure'; ratePerSecond: number; purpose: CapacityPurpose }
  | ({ kind: 'done' } & CapacityVerdict)

/** Why a rate is measured: as a step, to halve the bracket, or to confirm. */
export type CapacityPurpose = 'step' | 'bisect' | 'confirm'

/** Result of a search. */
export type CapacityVerdict = {
  /** Highest rate that held; `null` if none did. */
  ratePerSecond: number | null
  /** Lowest rate that broke; `null` if none did. */
  brokeAtPerSecond: number | null
  /** How often the highest rate was measured and how often it held. */
  runs: number
  held: number
  /**
   * Probability that it holds again, by Laplace's rule of succession: (held + 1) / (runs + 2). `null` without a rate.
   */
  confidence: number | null
}

/** A rate with all its measurements. */
type Rate = { ratePerSecond: number; held: number; broke: number }

const defaults = { growth: 2, precision: 0.1, repeats: 3 }

/**
 * Decides the next move of a capacity search from all measurements so far. Pure and stateless.
 *
 * The search raises the rate by a factor until it breaks (or lowers it if the first one breaks), then halves the bracket
 * between the highest rate that held and the lowest that broke until it is narrow, and then measures both ends again. The
 * majority of a rate's measurements counts, so that one unlucky run decides nothing: if a repeat contradicts, a third
 * measurement decides, and the bracket moves.
 *
 * | measured so far | next |
 * |---|---|
 * | nothing | the first rate |
 * | a rate held as often as it broke | that rate again |
 * | no rate broke yet | the highest rate times `growth`, at most the maximum |
 * | no rate held yet | the lowest rate over `growth`; below the minimum: done, none holds |
 * | the bracket is wider than `precision` | its geometric middle |
 * | an end was measured only once | that end again |
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
 * Returns the result of a search that ends now, from the measurements so far.
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

/** Returns the measured rates, lowest first. */
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

/** Rounds a rate to digits that people can read and type. */
function threeDigits(ratePerSecond: number): number {
  return Number(ratePerSecond.toPrecision(3))
}
