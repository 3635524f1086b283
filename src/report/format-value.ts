/** Stands for a value that was not measured. */
export const nothing = '–'

const wholeNumbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/**
 * Formats a count with separators of thousands.
 *
 * @example formatCount(12345) // '12,345'
 */
export function formatCount(count: number | null): string {
  return count === null ? nothing : wholeNumbers.format(count)
}

/**
 * Formats a duration in milliseconds with about three digits.
 *
 * @example formatMs(12_345) // '12.3 s'
 */
export function formatMs(ms: number | null): string {
  if (ms === null) return nothing
  if (ms < 9.95) return `${trimZeros(ms.toFixed(ms < 0.995 ? 2 : 1))} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 99_950) return `${(ms / 1000).toFixed(ms < 9995 ? 2 : 1)} s`
  return formatElapsed(ms)
}

/**
 * Formats a time since the start of a run in whole seconds.
 *
 * @example formatElapsed(96_000) // '1 min 36 s'
 */
export function formatElapsed(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

/**
 * Formats a time since the start of a run like a clock.
 *
 * @example formatClock(96_000) // '01:36'
 */
export function formatClock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const clock = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
  return seconds < 3600 ? clock : `${Math.floor(seconds / 3600)}:${clock}`
}

/**
 * Formats a rate per second, without the unit.
 *
 * @example formatRate(2.5261) // '2.53'
 */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null) return nothing
  if (perSecond === 0) return '0'
  return perSecond < 9.995
    ? perSecond.toFixed(2)
    : perSecond < 99.95
      ? perSecond.toFixed(1)
      : formatCount(perSecond)
}

/**
 * Formats a share from 0 to 1 in percent. Only exactly 1 is 100%, and only exactly 0 is 0%.
 *
 * @example formatShare(0.9996) // '>99.9%'
 */
export function formatShare(share: number | null): string {
  if (share === null) return nothing
  if (share > 0 && share < 0.0005) return '<0.1%'
  if (share < 1 && share > 0.9995) return '>99.9%'
  return `${trimZeros((share * 100).toFixed(1))}%`
}

/**
 * Formats bytes in decimal units.
 *
 * @example formatBytes(176_629_960) // '177 MB'
 */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return nothing
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/**
 * Formats an amount of wei, a decimal string, in VANA with four significant digits.
 *
 * @example formatVana('11842888475000000000') // '11.84 VANA'
 */
export function formatVana(wei: string | null): string {
  if (wei === null) return nothing
  const vana = Number(wei) / 1e18
  if (vana === 0) return '0 VANA'
  if (Math.abs(vana) >= 1000) return `${formatCount(vana)} VANA`
  if (Math.abs(vana) < 1e-6) return `${formatCount(Number(wei))} wei`
  return `${trimZeros(vana.toFixed(Math.min(12, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(vana)))))))} VANA`
}

/**
 * Formats a gas price in wei, a decimal string, in gwei.
 *
 * @example formatGwei('25000000000') // '25 gwei'
 */
export function formatGwei(wei: string | null): string {
  return wei === null ? nothing : `${Number((Number(wei) / 1e9).toPrecision(4))} gwei`
}

/** Formats the number of cores in use in percent of one core. */
export function formatCores(cores: number): string {
  return `${Math.round(cores * 100)}%`
}

/**
 * Formats a measured value in its unit.
 *
 * @example formatMeasured(0.993, 'ratio') // '99.3%'
 */
export function formatMeasured(value: number | null, unit: string): string {
  if (value === null) return 'no data'
  if (unit === 'ms') return formatMs(value)
  if (unit === 'ratio') return formatShare(value)
  if (unit === 'per-second') return `${formatRate(value)}/s`
  if (unit === 'bytes') return formatBytes(value)
  if (unit === 'cores') return formatCores(value)
  if (unit === 'wei') return formatVana(BigInt(Math.round(value)).toString())
  return Number.isInteger(value) || unit === 'gas' ? formatCount(value) : String(Number(value.toPrecision(4)))
}

/**
 * Formats a count with its noun in the right number.
 *
 * @example formatCounted(1, 'flow') // '1 flow'
 */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/**
 * Formats a relative change with its sign; a change of a ratio in percentage points.
 *
 * @example formatChange(-0.05, 'ms') // '-5%'
 */
export function formatChange(change: number, unit: string): string {
  const sign = change > 0 ? '+' : '-'
  const size = Math.abs(change)
  if (unit === 'ratio') return size < 0.00005 ? '0 pp' : `${sign}${(size * 100).toFixed(1)} pp`
  return size < 0.0005 ? '0%' : `${sign}${formatShare(size)}`
}

/**
 * Formats when something started, to the second.
 *
 * @example formatInstant('2026-08-01T14:22:33.000Z') // '2026-08-01 14:22:33 UTC'
 */
export const formatInstant = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function pad(part: number): string {
  return String(part).padStart(2, '0')
}
