const millisecondsPer = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Unit of a duration. */
export type DurationUnit = keyof typeof millisecondsPer

/**
 * Reads a duration such as `90s`, `1.5h` or `1h30m`.
 *
 * @param bareUnit the unit of a number without one
 * @returns milliseconds, rounded to whole ones; `undefined` for anything else
 * @example parseDuration('1h30m', 'm') // 5400000
 */
export function parseDuration(text: string, bareUnit: DurationUnit): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * millisecondsPer[bareUnit])
  if (!/^(\d+(\.\d+)?\s*(ms|s|m|h|d)\s*)+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g)) {
    total += Number(amount) * millisecondsPer[unit as DurationUnit]
  }
  return Math.round(total)
}

/**
 * Formats milliseconds exactly, in the largest possible units.
 *
 * @example formatDuration(5_400_000) // '1h30m'
 */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return '0s'
  let rest = Math.round(durationMs)
  let text = ''
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const amount = Math.floor(rest / millisecondsPer[unit])
    if (amount > 0) text += `${amount}${unit}`
    rest -= amount * millisecondsPer[unit]
  }
  return text
}
