import type { Random } from '../random/random.ts'

const hourMs = 3_600_000
const weekHours = 168
/** 1970-01-01 was a Thursday; hours count from Monday. */
const epochOffsetHours = 3 * 24

/** Activity in each hour of a day: quiet nights and an evening peak; weekends start later and are busy all day. */
const workday = [4, 2, 1, 1, 1, 3, 10, 18, 20, 18, 17, 19, 28, 24, 18, 17, 19, 26, 38, 46, 50, 44, 28, 12]
const weekend = [9, 5, 3, 2, 1, 1, 4, 8, 16, 28, 36, 38, 38, 38, 38, 37, 37, 38, 40, 44, 46, 42, 32, 18]
const week = [workday, workday, workday, workday, workday, weekend, weekend].flat()
const busiest = Math.max(...week)

/**
 * Draws the start times of a user's visits, in order: few at night, most in the evening, with a different distribution on
 * weekends.
 *
 * @param options milliseconds since the epoch; the offset is that of the user's clock
 */
export function drawVisitTimes(
  random: Random,
  options: { count: number; fromMs: number; toMs: number; utcOffsetHours: number },
): number[] {
  const { count, fromMs, toMs, utcOffsetHours } = options
  const times: number[] = []
  while (times.length < count) {
    const ms = Math.floor(fromMs + random() * (toMs - fromMs))
    const hour = Math.floor(ms / hourMs + utcOffsetHours + epochOffsetHours) % weekHours
    if (random() * busiest < (week[hour] ?? 0)) times.push(ms)
  }
  return times.sort((a, b) => a - b)
}
