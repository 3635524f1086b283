const secondsPer = { s: 1, sec: 1, second: 1, m: 60, min: 60, minute: 60, h: 3600, hour: 3600 } as const

/** No process can start more users than this, so a higher rate is a typo. */
export const highestRatePerSecond = 100_000

/**
 * Reads a rate such as `3`, `0.5/s`, `90/min` or `5000/h`.
 *
 * @returns per second; `undefined` for anything else
 * @example parseRate('90/min') // 1.5
 */
export function parseRate(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(?:\s*\/\s*(s|sec|second|m|min|minute|h|hour))?$/.exec(text)
  if (!match) return undefined
  const [, number, unit = 's'] = match
  const rate = Number(number) / secondsPer[unit as keyof typeof secondsPer]
  return rate <= highestRatePerSecond ? rate : undefined
}

/**
 * Formats a rate with as many digits as people need.
 *
 * @example formatRate(5 / 3) // '1.667/s'
 */
export function formatRate(ratePerSecond: number): string {
  return `${Number(ratePerSecond.toPrecision(4))}/s`
}
