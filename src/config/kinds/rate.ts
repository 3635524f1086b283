import { formatRate, parseRate } from '../../load/rate.ts'
import { type Kind, kindOf } from './kind.ts'

/** The kind of a rate, held per second; fractions are allowed, and whether 0 is any use the load profile says. */
export const rate: Kind<number> = kindOf({
  read: parseRate,
  allowed: 'a rate such as 3, 0.5/s, 90/min or 5000/h (a bare number is per second)',
  show: formatRate,
})
