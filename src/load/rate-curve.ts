import { type RateStage, usersOfStage } from './stage.ts'

/** Number of users due over time. */
export type RateCurve = {
  /** Total length in milliseconds. */
  durationMs: number
  /** Expected number of arrivals in the whole curve. */
  totalArrivals: number
  /**
   * Returns the time, in milliseconds from the start, by which `count` arrivals are expected: the latest such time if the rate
   * is then 0, and the end of the curve for all arrivals or more.
   */
  timeOf(count: number): number
  /** The highest rate. */
  peakPerSecond: number
  /** Expected arrivals per second at a moment. */
  rateAt(timeMs: number): number
}

/**
 * Integrates piecewise linear rates exactly, so that arrivals follow a ramp without stepwise error or drift.
 *
 * @example createRateCurve([{ durationMs: 60_000, fromPerSecond: 0, toPerSecond: 10 }]).totalArrivals // 300
 */
export function createRateCurve(stages: readonly RateStage[]): RateCurve {
  const segments: (RateStage & { startMs: number; startCount: number; count: number })[] = []
  let startMs = 0
  let startCount = 0
  for (const stage of stages) {
    if (stage.durationMs <= 0) continue
    const count = usersOfStage(stage)
    segments.push({ ...stage, startMs, startCount, count })
    startMs += stage.durationMs
    startCount += count
  }
  const durationMs = startMs
  const totalArrivals = startCount
  return {
    durationMs,
    totalArrivals,
    peakPerSecond: Math.max(0, ...segments.flatMap((s) => [s.fromPerSecond, s.toPerSecond])),
    timeOf(count) {
      const segment = segments.find((s) => count < s.startCount + s.count)
      if (!segment) return durationMs
      return Math.min(
        segment.startMs + 1000 * secondsToReach(count - segment.startCount, segment),
        durationMs,
      )
    },
    rateAt(timeMs) {
      const segment = segments.find((s) => timeMs >= s.startMs && timeMs < s.startMs + s.durationMs)
      if (!segment) return 0
      const progress = (timeMs - segment.startMs) / segment.durationMs
      return segment.fromPerSecond + (segment.toPerSecond - segment.fromPerSecond) * progress
    },
  }
}

/** Solves from*t + (to-from)/(2*d)*t² = count for t, in the form that stays exact when the rate hardly changes. */
function secondsToReach(count: number, stage: RateStage): number {
  if (count <= 0) return 0
  const slope = (stage.toPerSecond - stage.fromPerSecond) / (stage.durationMs / 1000)
  const discriminant = Math.max(0, stage.fromPerSecond ** 2 + 2 * slope * count)
  return (2 * count) / (stage.fromPerSecond + Math.sqrt(discriminant))
}
