import { arrivals } from './arrivals.ts'
import { formatDuration } from './duration.ts'
import { isOpen, type LoadProfile, type OpenArrival, rateCurveOf } from './profile.ts'
import { formatRate } from './rate.ts'

const blocks = ['', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/**
 * Draws arrivals over time, in block characters without colour: the rate, if the profile has one; the users of waves and
 * recordings by time; or the order of batches, whose times are not known in advance.
 *
 * @param options.width of the whole drawing, in characters
 * @param options.height of the chart, in lines
 * @returns lines without line ends; none if there is nothing to draw
 */
export function drawProfile(
  profile: LoadProfile,
  { seed, width = 80, height = 6 }: { seed: string; width?: number; height?: number },
): string[] {
  if (!isOpen(profile)) return drawBatches(profile, width)
  const { values, durationMs, unit, peak } = columnsOf(profile, seed, width - labelWidth - 2)
  if (durationMs === 0) return []
  return [
    ...barLines(values, peak, height).map((line, row) => `${labelOf(row, { height, peak, unit })} ┤${line}`),
    `${' '.repeat(labelWidth)} └${'─'.repeat(values.length)}`,
    `${' '.repeat(labelWidth + 2)}${timeAxis(durationMs, values.length)}`,
  ]
}

const labelWidth = 9

type Columns = {
  /** One value per column, between 0 and `peak`. */
  values: number[]
  peak: number
  durationMs: number
  /** Writes a value for the axis. */
  unit: (value: number) => string
}

function columnsOf(profile: LoadProfile<OpenArrival>, seed: string, count: number): Columns {
  const { arrival } = profile
  if (arrival.kind === 'poisson' || arrival.kind === 'constant') {
    const curve = rateCurveOf(arrival)
    const edgesMs = edgesOf(arrival.stages, arrival.spikes)
    const values = Array.from({ length: count }, (_, column) => {
      const [fromMs, toMs] = [column, column + 1].map((edge) => (edge / count) * curve.durationMs)
      return highestRate(curve.rateAt, edgesMs, { fromMs: fromMs ?? 0, toMs: toMs ?? 0 })
    })
    return { values, peak: curve.peakPerSecond, durationMs: curve.durationMs, unit: rateLabel }
  }
  const dueMs = [...arrivals(profile, seed)].map((one) => one.dueMs)
  const durationMs = dueMs.at(-1) ?? 0
  const values = new Array<number>(count).fill(0)
  for (const timeMs of dueMs) {
    const column = Math.min(count - 1, Math.floor((timeMs / durationMs) * count))
    values[column] = (values[column] ?? 0) + 1
  }
  return { values, peak: values.reduce((a, b) => Math.max(a, b), 0), durationMs, unit: usersLabel }
}

const rateLabel = (rate: number): string =>
  firstThatFits(formatRate(rate), `${Number(rate.toPrecision(2))}/s`, `${rate.toExponential(1)}/s`)

const usersLabel = (users: number): string =>
  firstThatFits(`${Math.round(users)} users`, String(Math.round(users)), users.toExponential(1))

/** Exact if there is room. */
const firstThatFits = (...labels: string[]): string =>
  labels.find(({ length }) => length <= labelWidth) ?? labels.at(-1) ?? ''

/** Each column shows the highest rate of its interval, so that a short spike is always visible. */
function highestRate(
  rateAt: (timeMs: number) => number,
  edgesMs: readonly number[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): number {
  const inside = edgesMs.filter((edgeMs) => edgeMs >= fromMs && edgeMs < toMs)
  const justBefore = (timeMs: number): number => timeMs - Math.min(1e-3, (toMs - fromMs) / 2)
  return Math.max(
    rateAt(fromMs),
    rateAt(justBefore(toMs)),
    ...inside.flatMap((ms) => [rateAt(ms), rateAt(justBefore(ms))]),
  )
}

function edgesOf(
  stages: readonly { durationMs: number }[],
  spikes: readonly { atMs: number; durationMs: number }[],
): number[] {
  let endMs = 0
  const ends = stages.map(({ durationMs }) => {
    endMs += durationMs
    return endMs
  })
  return [...ends, ...spikes.flatMap(({ atMs, durationMs }) => [atMs, atMs + durationMs])]
}

function barLines(values: readonly number[], peak: number, height: number): string[] {
  return Array.from({ length: height }, (_, row) => {
    const below = height - 1 - row
    const cells = values.map((value) => {
      // Any value above 0 is visible.
      const eighths = value > 0 ? Math.max(1, Math.round((value / peak) * height * 8)) : 0
      return blocks[Math.min(8, Math.max(0, eighths - below * 8))] || ' '
    })
    return cells.join('').trimEnd()
  })
}

/** Labels the top, the middle and the bottom of the chart. */
function labelOf(
  row: number,
  { height, peak, unit }: { height: number; peak: number; unit: (value: number) => string },
): string {
  const label =
    row === 0 ? unit(peak) : row === Math.floor(height / 2) ? unit((peak * (height - row)) / height) : ''
  return label.padStart(labelWidth)
}

/** Labels the start, the quarters and the end, as far as they fit. */
function timeAxis(durationMs: number, width: number): string {
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const text = shortTime(durationMs * share, durationMs)
    const center = Math.round(share * width - text.length / 2)
    return { text, at: Math.min(Math.max(0, center), width - text.length) }
  })
  let line = ''
  for (const { text, at } of marks) if (at === 0 || at > line.length) line = line.padEnd(at) + text
  return line
}

/** Uses no more digits than the total needs. */
function shortTime(timeMs: number, wholeMs: number): string {
  if (wholeMs < 60_000) return `${Number((timeMs / 1000).toPrecision(3))}s`
  const grainMs = wholeMs >= 14_400_000 ? 60_000 : 1_000
  return formatDuration(Math.round(timeMs / grainMs) * grainMs)
}

/** Draws the first batches side by side; the duration of a batch is not known in advance. */
function drawBatches({ users, arrival }: LoadProfile, width: number): string[] {
  if (arrival.kind !== 'batch') return []
  const count = Math.ceil(users / arrival.size)
  const shown = Math.min(count, 4)
  const pause = ` ${formatDuration(arrival.delayMs)} `
  const more = count > shown ? `${pause}… ${count} batches` : ''
  const wide = Math.max(
    1,
    Math.floor((width - labelWidth - 2 - more.length - (shown - 1) * pause.length) / shown),
  )
  const bars = Array.from({ length: shown }, () => '█'.repeat(Math.min(wide, 8)))
  const label = usersLabel(Math.min(users, arrival.size)).padStart(labelWidth)
  return [`${label} ┤${bars.join(pause)}${more}`.slice(0, width)]
}
