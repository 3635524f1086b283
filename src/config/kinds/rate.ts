import { type Kind, kindOf } from './kind.ts'

const perSecond = { s: 1, sec: 1, second: 1, m: 60, min: 60, minute: 60, h: 3600, hour: 3600 } as const

/**
 * Reads a rate such as `3`, `0.5/s`, `90/min` or `5000/h`.
 *
 * @returns per second; `undefined` for anything else and for zero
 * @example parseRate('90/min') // 1.5
 */
export function parseRate(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(?:\s*\/\s*(s|sec|second|m|min|minute|h|hour))?$/.exec(text)
  if (!match) return undefined
  const [, number, unit = 's'] = match
  const rate = Number(number) / perSecond[unit as keyof typeof perSecond]
  return rate > 0 && rate <= 100_000 ? rate : undefined
}

/** The kind of a rate, held per second; fractions are allowed. */
export const rate: Kind<number> = kindOf({
  read: parseRate,
  allowed: 'a rate above 0, such as 3, 0.5/s, 90/min or 5000/h (a bare number is per second)',
  show: formatRate,
})

/**
 * Writes a rate with as many digits as people need.
 *
 * @example formatRate(5 / 3) // '1.667/s'
 */
export function formatRate(ratePerSecond: number): string {
  return `${Number(ratePerSecond.toPrecision(4))}/s`
}
