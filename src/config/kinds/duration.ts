import { type DurationUnit, formatDuration, parseDuration } from '../../load/duration.ts'
import { type Kind, kindOf } from './kind.ts'

const unitNames: Record<DurationUnit, string> = {
  ms: 'milliseconds',
  s: 'seconds',
  m: 'minutes',
  h: 'hours',
  d: 'days',
}

/**
 * The kind of a duration, held in milliseconds.
 *
 * @example duration({ bareUnit: 'm' })
 */
export function duration(options: {
  bareUnit: DurationUnit
  minMs?: number | undefined
  maxMs?: number | undefined
}): Kind<number> {
  const { bareUnit, minMs = 0, maxMs = 7 * 24 * 3_600_000 } = options
  return kindOf({
    read: (text) => {
      const durationMs = parseDuration(text, bareUnit)
      return durationMs !== undefined && durationMs >= minMs && durationMs <= maxMs ? durationMs : undefined
    },
    allowed:
      `a duration such as 90s, 15m or 1h30m, from ${formatDuration(minMs)} to ${formatDuration(maxMs)}` +
      ` (a bare number is ${unitNames[bareUnit]})`,
    show: formatDuration,
  })
}
