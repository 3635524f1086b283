import { stripVTControlCharacters } from 'node:util'
import { type StepName, stepNames } from '../flow/steps.ts'
import { sumOutcomes } from '../results/outcome-counts.ts'
import type { RunSnapshot } from '../results/snapshot-schema.ts'
import { dependencyName } from './dependency-name.ts'
import {
  formatBytes,
  formatClock,
  formatCores,
  formatCount,
  formatMs,
  formatRate,
  formatShare,
} from './format-value.ts'
import { shownOutcomes } from './outcome-names.ts'
import { type Colors, labelled, padEnd, padStart, printable, visibleLength } from './terminal-text.ts'

/** Column at which the values of a line begin. */
const indent = 11

/** The longest line that is easy to read. */
const mostColumns = 92

/** The terminal to draw for. */
export type PanelSize = { columns: number; rows: number; colors: Colors }

/**
 * Draws the state of a run in as many lines as the terminal has; the least important lines are left out first.
 *
 * @example renderPanel(recorder.snapshot(nowMs), { columns: 80, rows: 24, colors })
 */
export function renderPanel(snapshot: RunSnapshot, size: PanelSize): string {
  const { colors } = size
  const width = Math.max(20, Math.min(size.columns - 1, mostColumns))
  const head = [title(snapshot, width, colors), progress(snapshot, width, colors), '']
  const core = [...users(snapshot, width, colors), ...speed(snapshot, width, colors)]
  const errors = errorLines(snapshot, colors)
  const generator = [...generatorLines(snapshot, width, colors), ...stackLines(snapshot, width, colors)]
  // One row stays free so that the terminal does not scroll.
  let free = size.rows - 1 - head.length - core.length
  const take = (lines: string[], least: number): string[] => {
    if (free < least || lines.length === 0) return []
    const taken = lines.slice(0, free)
    free -= taken.length
    return taken
  }
  const shownErrors = take(errors, 1)
  const shownGenerator = take(['', ...generator], 2)
  const shownSteps = take(stepLines(snapshot, { width, colors, most: free - 2 }), 4)
  const lines = [...head, ...core, ...shownSteps, ...shownGenerator, ...shownErrors]
  return lines
    .map((line) => (visibleLength(line) > width ? stripVTControlCharacters(line).slice(0, width) : line))
    .join('\n')
}

function title({ run }: RunSnapshot, width: number, colors: Colors): string {
  const what =
    run.preset === null ? printable(run.target) : `${printable(run.preset)} on ${printable(run.target)}`
  const left = `${colors.bold('vana-load')}  ${what}`
  const gap = width - visibleLength(left) - run.id.length
  return gap < 2 ? left : left + ' '.repeat(gap) + colors.dim(run.id)
}

/** A bar of the outcomes, then the progress, the elapsed time and the phase. */
function progress({ users, elapsedMs, phase }: RunSnapshot, width: number, colors: Colors): string {
  const ended = sumOutcomes(users)
  const share = users.planned === 0 ? 0 : ended / users.planned
  const tail = `  ${padStart(formatShare(Math.floor(share * 100) / 100), 4)}  ${formatClock(elapsedMs)}${phase === null ? '' : `  ${printable(phase)}`}`
  const cells = Math.max(8, width - tail.length)
  const perUser = users.planned === 0 ? 0 : cells / users.planned
  const good = Math.round(users.succeeded * perUser)
  const bad = Math.round(ended * perUser) - good
  const rest = Math.max(0, cells - good - Math.max(0, bad))
  return (
    colors.green('━'.repeat(good)) +
    colors.red('━'.repeat(Math.max(0, bad))) +
    colors.dim('─'.repeat(rest)) +
    tail
  )
}

function users({ users, now }: RunSnapshot, width: number, colors: Colors): string[] {
  const outcomes = shownOutcomes
    .filter(({ key }) => key === 'succeeded' || users[key] > 0)
    .map(({ key, name }) => {
      const text = `${formatCount(users[key])} ${name}`
      return key === 'succeeded' ? colors.green(text) : colors.red(text)
    })
  return [
    ...labelled(
      colors.dim('users'),
      [
        `${formatCount(users.started)} of ${formatCount(users.planned)} started`,
        `${formatCount(now.active)} in flight`,
      ],
      { width, indent },
    ),
    ...labelled('', outcomes, { width, indent }),
  ]
}

function speed(
  { throughput, now, latencyMs, arrivals }: RunSnapshot,
  width: number,
  colors: Colors,
): string[] {
  const { flow } = latencyMs
  return [
    ...labelled(
      colors.dim('rate'),
      [
        `${colors.bold(`${formatRate(now.flowsPerSecond)}/s`)} now`,
        `${formatRate(throughput.flowsPerSecond)}/s average`,
        `${formatRate(throughput.peakFlowsPerSecond)}/s peak`,
      ],
      { width, indent },
    ),
    ...labelled(
      colors.dim('flow'),
      [`p50 ${formatMs(flow.p50)}`, `p95 ${colors.bold(formatMs(flow.p95))}`, `p99 ${formatMs(flow.p99)}`],
      { width, indent },
    ),
    ...labelled(
      colors.dim('lag'),
      [`p99 ${formatMs(arrivals.lagMs.p99)}`, `max ${formatMs(arrivals.lagMs.max)}`],
      { width, indent },
    ),
  ]
}

/** The steps with their p50 and p95 in order; the longest ones if not all fit. */
function stepLines(
  { latencyMs }: RunSnapshot,
  { width, most, colors }: { width: number; most: number; colors: Colors },
): string[] {
  const measured = stepNames.filter((step) => latencyMs.steps[step].count > 0)
  if (measured.length === 0 || most < 1) return []
  const mean = (step: StepName) => latencyMs.steps[step].mean ?? 0
  const longest = measured.toSorted((a, b) => mean(b) - mean(a)).slice(0, most)
  const shown = measured.filter((step) => longest.includes(step))
  const top = Math.max(...shown.map((step) => latencyMs.steps[step].p95 ?? 0))
  const barWidth = width - indent - 22
  const rows = shown.map((step) => {
    const { p50, p95 } = latencyMs.steps[step]
    const solid = Math.round(((p50 ?? 0) / top) * barWidth)
    const thin = Math.round(((p95 ?? 0) / top) * barWidth) - solid
    const bar =
      barWidth < 8 ? '' : `  ${colors.cyan('━'.repeat(solid))}${colors.dim('─'.repeat(Math.max(0, thin)))}`
    return padEnd(padEnd(step, indent) + padStart(formatMs(p50), 9) + padStart(formatMs(p95), 11), 0) + bar
  })
  return ['', colors.dim(padEnd('step', indent) + padStart('p50', 9) + padStart('p95', 11)), ...rows]
}

function generatorLines({ now, rpc }: RunSnapshot, width: number, colors: Colors): string[] {
  const perFlow = rpc.callsPerFlow === null ? '' : ` (${formatRate(rpc.callsPerFlow)} per flow)`
  return labelled(
    colors.dim('generator'),
    [
      `CPU ${formatCores(now.cpuCores)}`,
      formatBytes(now.rssBytes),
      `event loop delay ${formatMs(now.eventLoopDelayP99Ms)}`,
      `${formatRate(now.rpcCallsPerSecond)} RPC calls/s${perFlow}`,
    ],
    { width, indent },
  )
}

/** Current use of the stack's components, and users waiting for funds. */
function stackLines({ lastSecond }: RunSnapshot, width: number, colors: Colors): string[] {
  const { components = {}, funding = null, breaker = null, admittedShare = 1 } = lastSecond ?? {}
  const pieces = Object.entries(components).map(([name, { cpuShare, busyShare, queueDepth }]) => {
    const busy = busyShare === null ? '' : `, busy ${formatShare(Math.round(busyShare * 100) / 100)}`
    const queue = queueDepth === null || queueDepth === 0 ? '' : `, ${formatCount(queueDepth)} queued`
    return `${printable(dependencyName(name))} ${cpuShare === null ? 'CPU –' : formatCores(cpuShare)}${busy}${queue}`
  })
  if (funding !== null && funding.waiting > 0) {
    pieces.push(colors.yellow(`${formatCount(funding.waiting)} wait for funds`))
  }
  if (admittedShare < 1) pieces.push(colors.yellow(`${formatShare(admittedShare)} of the rate admitted`))
  if (breaker !== null && breaker !== 'closed' && breaker !== 'off')
    pieces.push(colors.red(`breaker ${printable(breaker)}`))
  return pieces.length === 0 ? [] : labelled(colors.dim('stack'), pieces, { width, indent })
}

function errorLines({ errors }: RunSnapshot, colors: Colors): string[] {
  const widest = Math.max(...errors.map(({ count }) => formatCount(count).length))
  return errors.slice(0, 3).map(({ code, step, count }, index) => {
    const label = padEnd(index === 0 ? colors.dim('errors') : '', indent)
    return `${label}${colors.red(`${padStart(formatCount(count), widest)} × ${code}`)}${step === null ? '' : ` at ${step}`}`
  })
}
