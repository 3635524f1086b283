/**
 * Returns the long-run variance of a series whose neighbours are correlated: flows that share a block, a queue or a slow
 * second are not independent observations.
 *
 * A sum of autocovariances under a flat-top window (Politis and Romano, 1995), whose width follows from where they fade
 * (Politis and White, 2004). Never less than the variance of independent observations. The trend over the whole series is
 * removed first: it comes from the ramps of the load, which are the same in every run.
 *
 * @param series in chronological order
 * @returns n times the variance of the mean of n; 0 for less than two observations
 * @example Math.sqrt(longRunVariance(latencies) / latencies.length) // standard error of the mean
 */
export function longRunVariance(series: readonly number[]): number {
  const n = series.length
  if (n < 2) return 0
  const deviations = withoutTrend(series)
  const covariance = (lag: number): number => {
    let sum = 0
    for (let i = lag; i < n; i += 1) sum += (deviations[i] ?? 0) * (deviations[i - lag] ?? 0)
    return sum / n
  }
  const variance = (covariance(0) * n) / (n - 1)
  if (variance === 0) return 0

  const quietFor = Math.max(5, Math.ceil(Math.sqrt(Math.log10(n))))
  const mostLags = Math.min(n - 1, Math.ceil(Math.sqrt(n)) + quietFor)
  const negligible = 2 * Math.sqrt(Math.log10(n) / n) * covariance(0)
  const covariances = Array.from({ length: mostLags + 1 }, (_, lag) => covariance(lag))
  let fadedAt = mostLags
  let quiet = 0
  for (let lag = 1; lag <= mostLags; lag += 1) {
    quiet = Math.abs(covariances[lag] ?? 0) < negligible ? quiet + 1 : 0
    if (quiet === quietFor) {
      fadedAt = lag - quietFor
      break
    }
  }
  const width = Math.min(mostLags, 2 * fadedAt)
  let sum = 0
  for (let lag = 1; lag <= width; lag += 1) {
    // Flat over the first half, then falling to zero.
    const weight = Math.min(1, 2 * (1 - lag / Math.max(1, width)))
    sum += 2 * weight * (covariances[lag] ?? 0)
  }
  return Math.max(variance, variance + sum)
}

/** Subtracts the best-fitting cubic polynomial; for short series, only the mean. */
function withoutTrend(series: readonly number[]): number[] {
  const n = series.length
  const degree = n < 20 ? 0 : 3
  const basis: number[][] = []
  let rest = [...series]
  for (let power = 0; power <= degree; power += 1) {
    let polynomial = series.map((_, i) => ((2 * i) / Math.max(1, n - 1) - 1) ** power)
    for (const lower of basis) polynomial = withoutPart(polynomial, lower)
    const length = Math.sqrt(dot(polynomial, polynomial))
    const unit = polynomial.map((value) => value / length)
    basis.push(unit)
    rest = withoutPart(rest, unit)
  }
  return rest
}

function withoutPart(series: readonly number[], unit: readonly number[]): number[] {
  const part = dot(series, unit)
  return series.map((value, i) => value - part * (unit[i] ?? 0))
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
