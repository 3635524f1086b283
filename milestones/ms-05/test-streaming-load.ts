/** Milestone 5: users arrive like real traffic, for minutes. See README.md next to this file. */
import { open } from 'node:fs/promises'
import { formatBytes, formatElapsed, formatMs } from '../../src/report/format-value.ts'
import { moneyMismatch } from '../../src/results/money-balance.ts'
import type { TimelineLine } from '../../src/results/timeline-line.ts'
import { expect, openCriteria } from '../criteria.ts'
import { describeOutcomes, prepareLoadRuns, printRun } from '../load-runs.ts'
import { readOptions, refuse } from '../options.ts'

const script = 'milestones/ms-05/test-streaming-load.ts'
const given = readOptions(script, {
  users: { value: 'count', summary: 'Number of users. Default: 1000.' },
  rate: { value: 'users/s', summary: 'Users per second between the spikes. Default: 3.0; 2.0 with --quick.' },
  duration: {
    value: 'minutes',
    summary: 'Upper limit; arrivals end earlier once all users have arrived. Default: 15.',
  },
  concurrency: { value: 'count', summary: 'Highest number of users in flight. Default: 50.' },
  'spike-rate': {
    value: 'users/s',
    summary:
      'Additional users per second in two spikes; 0 for none. Default: 5; one spike of 4 with --quick.',
  },
  submission: { value: 'payer', summary: 'direct (funded wallets) or relayed. Default: direct.' },
  seed: { value: 'seed', summary: 'The same seed gives the same arrivals. Default: 5.' },
  target: { value: 'name|file', summary: 'local, moksha, env or a target document. Default: local.' },
  dashboard: {
    value: 'port',
    summary: 'Serve a live page of the run on this port, or on a free one with `on`. Default: off.',
  },
  out: { value: 'folder', summary: 'Results folder. Default: results.' },
  quick: {
    summary: '60 users in 18 s and fast answers, for CI, with targets to match.',
  },
})
const isQuick = given.quick === true
const target = String(given.target ?? 'local')
const users = positive('users', isQuick ? 60 : 1000)
const rate = positive('rate', isQuick ? 2 : 3)
const spikeRate = given['spike-rate'] === '0' ? 0 : positive('spike-rate', isQuick ? 4 : 5)
const minutes = positive('duration', 15)

/** Two spikes, after one and two thirds of the time. Each lasts a twentieth of it, but long enough to see. */
const baseSeconds = users / rate
const spikeSeconds = isQuick ? 6 : Math.max(12, Math.round(baseSeconds / 20))
const spikeCount = spikeRate === 0 ? 0 : isQuick ? 1 : 2
const streamSeconds = (users - spikeCount * spikeRate * spikeSeconds) / rate
const spikesAt = Array.from({ length: spikeCount }, (_, k) => (streamSeconds * (k + 1)) / (spikeCount + 1))
if (streamSeconds < spikeSeconds * 2) {
  refuse(script, `${users} users at ${rate}/s leave no room for spikes: use more users or --spike-rate 0.`)
}

const runs = prepareLoadRuns(script, {
  '--target': target,
  '--out': String(given.out ?? 'results'),
  '--dashboard': String(given.dashboard ?? 'off'),
})
const milestone = openCriteria(
  `Milestone 5: ${users} users at ${rate}/s as a stream${isQuick ? ' (quick)' : ''}`,
)
const { summary, seconds, folder } = await runs.run(
  `${users} users, Poisson, ${formatElapsed(streamSeconds * 1000)}`,
  {
    '--users': String(users),
    '--rate': String(rate),
    '--duration': String(minutes),
    '--concurrency': String(given.concurrency ?? Math.min(50, users)),
    '--submission': String(given.submission ?? 'direct'),
    '--seed': String(given.seed ?? 5),
    ...(spikeCount > 0
      ? {
          '--spike': spikesAt
            .map((at) => `${spikeRate}/s for ${spikeSeconds}s at ${Math.floor(at)}s`)
            .join(', '),
        }
      : {}),
    ...(isQuick && target === 'local' ? { '--inference-median': '200ms' } : {}),
  },
)
const { users: ended, latencyMs, arrivals, resources, funding } = summary
const dueMs = await dueTimes(folder.file('flows'))
const sustained = sustainedOf(seconds, dueMs.at(-1) ?? 0, latencyMs.flow.p50 ?? 0)

printRun(summary, `arrival lag p99 ${formatMs(arrivals.lagMs.p99)}; memory ${memoryOverTime(seconds)}`)

milestone.measure('Sustained throughput: successful users per second, while users arrive', {
  value: sustained.perSecond,
  is: 'at least',
  target: isQuick ? rate / 2 : 2.5,
  unit: 'per-second',
  note: `over ${formatElapsed(sustained.seconds * 1000)}${sustained.seconds < 600 ? ', less than the 10 minutes of the target; --users 2000 takes that long' : ''}`,
})
if (spikeCount > 0) {
  milestone.measure('Peak throughput: the best ten seconds', {
    value: summary.throughput.peakFlowsPerSecond,
    is: 'at least',
    target: isQuick ? rate : 5,
    unit: 'per-second',
  })
}
milestone.measure('Latency: p95 of a flow, measured from when its user was due', {
  value: latencyMs.flowFromDue.p95,
  is: 'at most',
  target: 45_000,
  unit: 'ms',
  note: `p50 ${formatMs(latencyMs.flowFromDue.p50)}, p99 ${formatMs(latencyMs.flowFromDue.p99)}`,
})
milestone.measure('Success: share of users who succeeded', {
  value: ended.succeeded / users,
  is: 'at least',
  target: 0.85,
  unit: 'ratio',
  note: describeOutcomes(summary),
})
milestone.measure('Peak memory of the generator', {
  value: resources.rssPeakBytes || null,
  is: 'at most',
  target: 1e9,
  unit: 'bytes',
  ...(users < 1000 ? { note: `for ${users} users instead of the 1,000 of the target` } : {}),
})
if (funding !== null) {
  milestone.measure('Funding latency: longest time from a due user to a funded wallet', {
    value: funding.waitMs.max,
    is: 'at most',
    target: 30_000,
    unit: 'ms',
    note: `p99 ${formatMs(funding.waitMs.p99)}`,
  })
  milestone.measure('Background funding: longest batch, from its start to verified balances', {
    value: funding.batchMs.max,
    is: 'at most',
    target: 30_000,
    unit: 'ms',
    note: `${funding.ready} wallets in ${funding.transactions} transactions`,
  })
}
await milestone.check('Arrivals: a Poisson process, not evenly spaced', () => {
  const spread = spreadOfGaps(dueMs)
  expect(
    spread > 0.7 && spread < 1.5,
    `the gaps between users have a coefficient of variation of ${spread.toFixed(2)}`,
  )
  return `coefficient of variation of the gaps between users: ${spread.toFixed(2)} (Poisson: 1, evenly spaced: 0)`
})
await milestone.check('Live metrics: a line for every second of the run', () => {
  const { durationMs } = summary.run
  const spans = seconds.map(({ spanMs }) => spanMs)
  const coveredMs = spans.reduce((sum, spanMs) => sum + spanMs, 0)
  const shown = `${spans.length} lines in timeline.ndjson cover ${formatElapsed(coveredMs)} of ${formatElapsed(durationMs)}, the longest ${formatMs(Math.max(...spans))}`
  // A second lost to a busy machine makes a line longer but leaves no gap.
  expect(Math.abs(durationMs - coveredMs) < 1500 && spans.length >= (durationMs / 1000) * 0.75, shown)
  return shown
})
await milestone.check('Settled: the money reconciles', () => {
  expect(summary.problems.length === 0, summary.problems.map(({ message }) => message).join('; '))
  const mismatch = moneyMismatch(summary.money)
  expect(mismatch === null || mismatch === 0n, `${mismatch} wei are missing`)
  return mismatch === null
    ? 'relayed: the users needed no funds'
    : 'funded = spent + swept + left, to the wei'
})
console.log(`\n  Report: ${folder.file('html')}`)
const exitCode = milestone.conclude()
process.exitCode ??= exitCode

function positive(name: 'users' | 'rate' | 'duration' | 'spike-rate', otherwise: number): number {
  const value = given[name] === undefined ? otherwise : Number(given[name])
  if (!Number.isFinite(value) || value <= 0)
    refuse(script, `--${name} ${given[name]}: expected a number above 0.`)
  return value
}

/** Returns the due times of all users, in order. */
async function dueTimes(path: string): Promise<number[]> {
  const file = await open(path)
  const times: number[] = []
  for await (const line of file.readLines()) times.push((JSON.parse(line) as { dueMs: number }).dueMs)
  return times.sort((a, b) => a - b)
}

/** Computes successes per second from one median flow after the start to the last arrival, without run-up and tail. */
function sustainedOf(lines: readonly TimelineLine[], lastDueMs: number, p50Ms: number) {
  const within = lines.filter(({ atMs }) => atMs > p50Ms && atMs <= lastDueMs)
  const ms = within.reduce((sum, { spanMs }) => sum + spanMs, 0)
  const succeeded = within.reduce((sum, line) => sum + line.ended.succeeded, 0)
  return { perSecond: ms === 0 ? null : (succeeded * 1000) / ms, seconds: ms / 1000 }
}

/** Computes the coefficient of variation (standard deviation over mean) of the gaps. */
function spreadOfGaps(times: readonly number[]): number {
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean
}

/** Describes memory over the run. It does not grow with the users, since wallets are derived when they are due. */
function memoryOverTime(lines: readonly TimelineLine[]): string {
  const at = (share: number) =>
    formatBytes(lines[Math.floor((lines.length - 1) * share)]?.resources.rssBytes ?? null)
  return `${at(0.25)} at a quarter of the run, ${at(0.5)} at half, ${at(1)} at the end`
}
