/** Milestone 4: load patterns, and the protection of the target. See README.md next to this file. */
import { retry } from '../../src/async/retry.ts'
import { createRetryBudget } from '../../src/async/retry-budget.ts'
import { createRandom } from '../../src/random/random.ts'
import { formatElapsed, formatMs, formatRate } from '../../src/report/format-value.ts'
import { expect, openCriteria } from '../criteria.ts'
import { type FlowTimes, flowTimes } from '../flow-times.ts'
import { describeOutcomes, type LoadRun } from '../load-runs.ts'
import { mostAtOnce } from '../most-at-once.ts'
import { phaseArrivals } from './phase-arrivals.ts'
import { batches, batchSize, concurrency, delaySeconds, isQuick, runs, users } from './settings.ts'
import { outage, rateLimit, startTroubledProxy, type Trouble } from './troubled-proxy.ts'
import { withTarget } from './with-target.ts'

/** Relayed users need no funding, and one thread is enough for a few. */
const fewUsers = { '--submission': 'relayed', '--threads': '1' }
const milestone = openCriteria(`Milestone 4: load patterns${isQuick ? ' (quick)' : ''}`)
const stage = await runs.open({})
try {
  const batchRun = await runs.run(
    `${users} users in ${batches} batches of ${batchSize}, ${concurrency} at once, ${delaySeconds} s apart`,
    {
      '--users': String(users),
      '--concurrency': String(Math.min(concurrency, users)),
      '--batch-size': String(batchSize),
      '--delay': `${delaySeconds}s`,
      '--arrival': 'batch',
      '--seed': 'batches',
    },
    stage,
  )
  await judgeBatches(batchRun)

  const phase = isQuick ? 3 : 15
  const peak = isQuick ? 2 : 3
  const phases = await runs.run(
    `ramp-up, sustain and ramp-down to ${peak} users/s, ${phase} s each`,
    {
      '--rate': `${peak}`,
      '--ramp-up': `${phase}s`,
      '--sustain': `${phase}s`,
      '--ramp-down': `${phase}s`,
      '--concurrency': String(Math.min(50, peak * phase * 2)),
      '--arrival': 'constant',
      '--seed': 'phases',
    },
    stage,
  )
  await judgePhases(phases, phase, peak)
  await judgeRateLimits()
  await judgeBreaker()
  await judgeRecovery()
} finally {
  await stage.close()
}
await judgeJitter()
const exitCode = milestone.conclude()
process.exitCode ??= exitCode

async function judgeBatches(run: LoadRun): Promise<void> {
  const { users: ended, latencyMs, throughput } = run.summary
  const flows = await flowTimes(run)
  const ofBatches = Array.from({ length: batches }, (_, k) =>
    flows.filter(({ index }) => Math.floor(index / batchSize) === k),
  )
  const starts = (batch: FlowTimes[]) => Math.min(...batch.map(({ startedMs }) => startedMs))
  const ends = (batch: FlowTimes[]) => Math.max(...batch.map(({ endedMs }) => endedMs))
  console.log('')
  milestone.measure('Batches: share of users who succeeded', {
    value: ended.succeeded / users,
    is: 'at least',
    target: 0.95,
    unit: 'ratio',
    note: describeOutcomes(run.summary),
  })
  await milestone.check('Concurrency: users of a batch run together, up to the limit', () => {
    const [most, allowed] = [mostAtOnce(flows), Math.min(concurrency, batchSize)]
    expect(most === allowed, `${most} users were in flight at once, expected ${allowed}`)
    return `${most} in flight at the same time`
  })
  await milestone.check(
    'Delay: a batch starts after the previous one has ended and the pause is over',
    () => {
      expect(
        ofBatches.every(({ length }) => length > 0),
        'no user of a batch started',
      )
      const pauses = ofBatches.slice(1).map((batch, k) => starts(batch) - ends(ofBatches[k] ?? []))
      const shortest = Math.min(...pauses)
      expect(
        pauses.length === 0 || shortest >= delaySeconds * 1000 - 50,
        `the shortest pause was ${formatMs(shortest)}`,
      )
      return pauses.length === 0
        ? 'one batch, no pause'
        : `${pauses.length} pauses, the shortest ${formatMs(shortest)}`
    },
  )
  milestone.measure('Latency: p95 of a flow', {
    value: latencyMs.flow.p95,
    is: 'at most',
    target: 45_000,
    unit: 'ms',
    note: `p50 ${formatMs(latencyMs.flow.p50)}, p99 ${formatMs(latencyMs.flow.p99)}`,
  })
  // The duration of the batches, with the configured pauses between them.
  const leastMs = ofBatches.reduce(
    (sum, batch) => sum + ends(batch) - starts(batch),
    (batches - 1) * delaySeconds * 1000,
  )
  const allowed = (users * 1000) / leastMs
  milestone.measure('Throughput of the batches, compared with what their pauses allow', {
    value: throughput.flowsPerSecond,
    is: 'at least',
    target: allowed / 2,
    unit: 'per-second',
    note: `batches and pauses allow ${formatRate(allowed)}/s`,
  })
}

async function judgePhases(run: LoadRun, phaseSeconds: number, peak: number): Promise<void> {
  const { summary, seconds } = run
  const startedMs = (await flowTimes(run)).map((flow) => flow.startedMs)
  const { expected, arrived, isAsExpected } = phaseArrivals(startedMs, phaseSeconds, peak)
  console.log('')
  await milestone.check('Phases: the rate of arrivals rises, holds and falls', () => {
    const names = [...new Set(seconds.map(({ phase }) => phase))]
    for (const name of ['ramp-up', 'sustain', 'ramp-down']) expect(names.includes(name), `no phase ${name}`)
    const shown = `${arrived.join(', ')} users arrived in ${phaseSeconds} s each of ramp-up, sustain and ramp-down; expected ${expected.join(', ')}`
    expect(isAsExpected, shown)
    return shown
  })
  milestone.measure('Phases: share of users who succeeded', {
    value: summary.users.succeeded / summary.users.planned,
    is: 'at least',
    target: 0.95,
    unit: 'ratio',
    note: `${describeOutcomes(summary)}; in ${formatElapsed(summary.run.durationMs)}`,
  })
}

/** Runs a load against the milestone's target, with a proxy that injects trouble in front of its personal server. */
async function runBehind(trouble: Trouble, title: string, flags: Readonly<Record<string, string>>) {
  const { personalServer } = stage.target
  const proxy = await startTroubledProxy(personalServer.url, trouble)
  try {
    const document = { ...stage.target, personalServer: { ...personalServer, url: proxy.url } }
    const { summary } = await withTarget(document, (file) =>
      runs.run(title, { '--target': file, ...fewUsers, ...flags }),
    )
    return { summary, served: proxy.served() }
  } finally {
    await proxy.close()
  }
}

/** Runs users against a server that limits its rate at first, as a personal server with limits per IP address treats a burst. */
async function judgeRateLimits(): Promise<void> {
  const { trouble, counts } = rateLimit({ refuse: 4, retryAfterSeconds: 1 })
  const { summary, served } = await runBehind(trouble, 'a personal server that answers 429 for a while', {
    '--users': '4',
    '--arrival': 'at-once',
    '--concurrency': '4',
    '--seed': 'limits',
  })
  console.log('')
  await milestone.check('Rate limits: requests refused with 429 are retried after Retry-After', () => {
    const { refused, tooEarly } = counts()
    expect(refused > 0, 'no request was refused')
    expect(tooEarly === 0, `${tooEarly} requests were retried too early`)
    expect(
      summary.rateLimits.count === refused,
      `the run counted ${summary.rateLimits.count} of ${refused} refusals`,
    )
    expect(summary.users.succeeded === 4, describeOutcomes(summary))
    return `${refused} requests refused, none retried early, ${served} answered, 4 of 4 users succeeded`
  })
}

/** Runs users against a storage that refuses connections: every flow fails at its first request and sends no transaction. */
async function judgeBreaker(): Promise<void> {
  const [failures, atOnce] = [5, 8]
  const { summary } = await withTarget(
    { ...stage.target, storage: { ...stage.target.storage, apiEndpoint: 'http://127.0.0.1:9' } },
    (file) =>
      runs.run('a storage that refuses connections', {
        '--target': file,
        ...fewUsers,
        '--users': '40',
        '--rate': isQuick ? '8' : '2',
        '--concurrency': String(atOnce),
        '--seed': 'dead',
        '--breaker-failures': String(failures),
        '--retry-attempts': '1',
        '--grace': '5s',
      }),
  )
  console.log('')
  await milestone.check('Circuit breaker: five consecutive failures stop the run', () => {
    const { run, users: ended, errors } = summary
    expect(
      run.stopped?.reason === 'circuit-breaker',
      `the reason was ${run.stopped?.reason ?? 'none: it was not stopped'}`,
    )
    // When the last failure is counted, all other slots may be taken.
    expect(
      ended.failed >= failures && ended.started <= failures + atOnce - 1,
      `${ended.failed} of 40 users failed, ${ended.started} started`,
    )
    expect(ended.dropped === 40 - ended.started, `only ${ended.dropped} of 40 users did not start`)
    const [first] = errors
    return `${run.stopped?.message}; ${ended.dropped} of 40 users did not start; ${first?.code} at ${first?.step}`
  })
}

/** Runs users against a server that is down for a while: the breaker opens, probes, and closes when the probes succeed. */
async function judgeRecovery(): Promise<void> {
  const [failures, probes, atOnce] = [3, 2, 4]
  // More than can fail before the breaker opens, so that a probe fails too.
  const refused = failures - 1 + atOnce + 1
  const { summary } = await runBehind(outage(refused), 'a personal server that is down for a while', {
    '--users': isQuick ? '20' : '60',
    '--rate': '4',
    '--arrival': 'constant',
    '--seed': 'recovery',
    '--concurrency': String(atOnce),
    '--breaker-failures': String(failures),
    '--breaker': 'pause',
    '--breaker-cool-down': isQuick ? '700ms' : '2s',
    '--breaker-probes': String(probes),
    '--retry-attempts': '1',
    '--patience': '5m',
  })
  console.log('')
  const { breaker, users: ended, heldBack, run } = summary
  const ways = breaker?.transitions ?? []
  await milestone.check(
    'Circuit breaker: opens, probes with a few users, and closes when the target recovers',
    () => {
      const shown = ways.map(({ atMs, to }) => `${to} at ${formatMs(atMs)}`).join(', ')
      expect(run.stopped === null, `the run was stopped: ${run.stopped?.message}`)
      expect(ways[0]?.to === 'open' && ways[1]?.to === 'half-open', `its states: ${shown || 'only closed'}`)
      expect(ways.at(-1)?.to === 'closed', `its states: ${shown}`)
      expect(
        ways.at(-1)?.reason === `all ${probes} probes succeeded`,
        `it closed for the reason: ${ways.at(-1)?.reason}`,
      )
      const failed = ways.filter(({ reason }) => reason === 'a probe failed').length
      expect(failed > 0, `no probe failed before it closed: ${shown}`)
      return `${shown}; ${failed} probes failed before`
    },
  )
  await milestone.check('Recovery: users wait while the breaker is open, and succeed afterwards', () => {
    expect(heldBack.started > 0, 'no user was held back')
    expect(heldBack.dropped === 0, `${heldBack.dropped} users were dropped`)
    expect(
      ended.failed === refused && ended.succeeded === ended.planned - refused,
      `${ended.failed} of ${ended.planned} users failed after ${refused} refusals, ${ended.succeeded} succeeded`,
    )
    return `${heldBack.started} users were held back and started late; ${ended.failed} failed, ${ended.succeeded} of ${ended.planned} succeeded`
  })
}

/** Checks the pauses before retries, drawn as flows draw them. */
async function judgeJitter(): Promise<void> {
  console.log('')
  await milestone.check('Jitter: users who fail together do not retry together', async () => {
    const random = createRandom('jitter', 'retries')
    const pauses: number[] = []
    for (let user = 0; user < 200; user++) {
      const policy = {
        attempts: 2,
        baseDelayMs: 1000,
        maxDelayMs: 10_000,
        budget: createRetryBudget(1, 10),
        random,
        sleep: async (delayMs: number) => void pauses.push(delayMs),
      }
      const failing = () => Promise.reject(new Error('refused'))
      await retry(failing, policy, new AbortController().signal, () => ({ retriable: true })).catch(
        () => undefined,
      )
    }
    const tenths = new Set(pauses.map((pauseMs) => Math.floor(pauseMs / 100)))
    expect(
      pauses.length === 200 && tenths.size === 10,
      `pauses fall into ${tenths.size} of 10 tenths of a second`,
    )
    return `200 retries after the same moment spread evenly over ${formatMs(Math.max(...pauses))}`
  })
}
