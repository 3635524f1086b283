/** The scale of an axis that starts at 0: its end and its ticks. */
export type Scale = { max: number; ticks: number[] }

/** Treated as zero: denormal numbers have no usable logarithm. */
const nothing = 1e-9

/**
 * Makes a scale from 0 to just past the highest value, with two to five ticks at round numbers.
 *
 * @example makeScale(42) // { max: 60, ticks: [0, 20, 40, 60] }
 */
export function makeScale(highest: number): Scale {
  if (!(highest > nothing)) return { max: 1, ticks: [0, 1] }
  const rough = highest / 3
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough
  const count = Math.ceil(highest / step - 1e-9)
  const ticks = Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)))
  return { max: ticks.at(-1) ?? highest, ticks }
}

/** Returns the ticks of a time axis in milliseconds: at most nine, at whole seconds, minutes or hours. */
export function timeTicks(durationMs: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400]
  const stepMs = (steps.find((seconds) => durationMs / 1000 / seconds <= 8) ?? durationMs / 8000) * 1000
  const ticks: number[] = []
  for (let ms = 0; ms <= durationMs * 0.999; ms += stepMs) ticks.push(ms)
  return ticks
}
