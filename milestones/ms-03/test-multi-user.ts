/** Milestone 3: many concurrent users, each with their own wallet. See README.md next to this file. */
import { formatMs, formatRate } from '../../src/report/format-value.ts'
import { moneyMismatch } from '../../src/results/money-balance.ts'
import { sumOutcomes } from '../../src/results/outcome-counts.ts'
import { expect, openCriteria } from '../criteria.ts'
import { flowTimes } from '../flow-times.ts'
import { describeOutcomes, prepareLoadRuns, printRun } from '../load-runs.ts'
import { mostAtOnce } from '../most-at-once.ts'
import { readOptions, refuse } from '../options.ts'

const script = 'milestones/ms-03/test-multi-user.ts'
const given = readOptions(script, {
  users: { value: 'count', summary: 'Number of users, 2 to 50. Default: 10.' },
  sequential: {
    summary: 'One user at a time instead of all at once, for a server with rate limits per IP address.',
  },
  spacing: {
    value: 'time',
    summary:
      'Shortest time between two requests to the personal server; with --sequential, between two users (2s).',
  },
  degrade: {
    value: 'part',
    summary: 'mock-inference: continue without an answer if inference fails. Such users count as errors.',
  },
  submission: { value: 'payer', summary: 'direct (funded wallets) or relayed. Default: direct.' },
  target: { value: 'name|file', summary: 'local, moksha, env or a target document. Default: local.' },
  out: { value: 'folder', summary: 'Results folder. Default: results.' },
  quick: { summary: 'Five users and fast answers, for CI.' },
})
const isQuick = given.quick === true
const isSequential = given.sequential === true
const users = Number(given.users ?? (isQuick ? 5 : 10))
if (!Number.isInteger(users) || users < 2 || users > 50) {
  refuse(script, `--users ${given.users}: expected a whole number from 2 to 50.`)
}

const target = String(given.target ?? 'local')
const runs = prepareLoadRuns(script, {
  '--target': target,
  '--submission': String(given.submission ?? 'direct'),
  '--out': String(given.out ?? 'results'),
  ...(isQuick && target === 'local' ? { '--inference-median': '200ms' } : {}),
})
const milestone = openCriteria(
  `Milestone 3: ${users} users ${isSequential ? 'one after another' : 'at once'}${isQuick ? ' (quick)' : ''}`,
)
const run = await runs.run(isSequential ? 'one user after another' : 'all users at once', {
  '--users': String(users),
  ...(isSequential ? { '--sequential': 'true' } : { '--arrival': 'at-once', '--concurrency': String(users) }),
  ...(given.spacing === undefined ? {} : { '--spacing': String(given.spacing) }),
  ...(given.degrade === undefined ? {} : { '--degrade': String(given.degrade) }),
})
const { summary, folder } = run
const { users: ended, latencyMs, errors, resources, components, rpc } = summary
const most = mostAtOnce(await flowTimes(run))

printRun(
  summary,
  `event loop ${formatMs(resources.eventLoopDelayMs.p99)} late at p99; ${formatRate(rpc.callsPerFlow)} RPC calls per flow`,
)

milestone.measure('Success: share of users who succeeded', {
  value: ended.succeeded / users,
  is: 'at least',
  target: 0.95,
  unit: 'ratio',
  note: describeOutcomes(summary),
})
const failed = sumOutcomes(ended) - ended.succeeded
milestone.measure('Errors: share of users who did not succeed', {
  value: failed / users,
  is: 'at most',
  target: 0.05,
  unit: 'ratio',
  note: `${failed} of ${users}, with ${errors.length} kinds of error`,
})
await milestone.check(
  isSequential ? 'Sequential: never two users at once' : 'Concurrent: all users in flight together',
  () => {
    expect(
      isSequential ? most <= 1 : most >= Math.min(users, Math.ceil(users * 0.9)),
      `at most ${most} users were in flight together`,
    )
    return `${most} in flight at the same time`
  },
)
await milestone.check('Transactions: every user has a permission on chain', () => {
  const { permissions, gas } = summary
  expect(
    permissions.count >= ended.succeeded,
    `${permissions.count} permissions for ${ended.succeeded} users`,
  )
  return `${permissions.count} permissions, ids ${permissions.first} to ${permissions.last}; ${gas.perFlow} gas each`
})
if (summary.dependencies.model === 'embedded') {
  await milestone.check("Proven: every answer was made from its user's data", () => {
    expect(summary.verified.proven === ended.succeeded, `${summary.verified.proven} of ${ended.succeeded}`)
    return `${summary.verified.proven} of ${ended.succeeded}`
  })
}
await milestone.check('API server: no request failed under load', () => {
  const ofServer = errors.filter(({ code }) => code.startsWith('SERVER_'))
  expect(ofServer.length === 0, ofServer.map(({ code, count }) => `${count} × ${code}`).join(', '))
  const { queueDepthMax } = components.apiServer ?? {}
  return typeof queueDepthMax === 'number' ? `at most ${queueDepthMax} requests at a time` : 'no error'
})
milestone.measure('Latency: p95 of a flow', {
  value: latencyMs.flow.p95,
  is: 'at most',
  target: 60_000,
  unit: 'ms',
})
milestone.measure('Peak memory of the generator', {
  value: resources.rssPeakBytes || null,
  is: 'at most',
  target: 1e9,
  unit: 'bytes',
})
if (summary.funding !== null) {
  milestone.measure('Funding: longest wait of a user for funds', {
    value: summary.funding.waitMs.max,
    is: 'at most',
    target: 30_000,
    unit: 'ms',
  })
}
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
