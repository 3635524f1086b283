import { prepareLoadRuns } from '../load-runs.ts'
import { readOptions, refuse } from '../options.ts'

const script = 'milestones/ms-04/test-load-patterns.ts'
const given = readOptions(script, {
  users: { value: 'count', summary: 'Number of users in all batches. Default: 10.' },
  concurrency: { value: 'count', summary: 'Highest number of users in flight. Default: 5.' },
  'batch-size': { value: 'count', summary: 'Number of users in a batch. Default: 5.' },
  delay: { value: 'seconds', summary: 'Delay from the end of a batch to the next. Default: 8.' },
  submission: { value: 'payer', summary: 'direct (funded wallets) or relayed. Default: direct.' },
  target: { value: 'name|file', summary: 'local, moksha, env or a target document. Default: local.' },
  out: { value: 'folder', summary: 'Results folder. Default: results.' },
  quick: { summary: 'Small batches, short phases and fast answers, for CI.' },
})
/** Whether to run the short version, for CI. */
export const isQuick = given.quick === true
/** Number of users in all batches. */
export const users = count('users', isQuick ? 4 : 10)
/** Number of users in a batch. */
export const batchSize = count('batch-size', isQuick ? 2 : 5)
/** Highest number of users in flight. */
export const concurrency = count('concurrency', Math.min(users, 5))
/** Delay from the end of a batch to the next, in seconds. */
export const delaySeconds = given.delay === undefined ? (isQuick ? 1 : 8) : Number(given.delay)
if (!Number.isFinite(delaySeconds) || delaySeconds < 0)
  refuse(script, `--delay ${given.delay}: expected a number of seconds, 0 or more.`)
if (batchSize > users) refuse(script, `--batch-size ${batchSize} is more than --users ${users}.`)
/** Number of batches. */
export const batches = Math.ceil(users / batchSize)

const target = String(given.target ?? 'local')

/** Runs the load tests of this milestone. */
export const runs = prepareLoadRuns(script, {
  '--target': target,
  '--submission': String(given.submission ?? 'direct'),
  '--out': String(given.out ?? 'results'),
  ...(isQuick && target === 'local' ? { '--inference-median': '200ms' } : {}),
})

function count(name: 'users' | 'concurrency' | 'batch-size', otherwise: number): number {
  const value = given[name] === undefined ? otherwise : Number(given[name])
  if (!Number.isInteger(value) || value < 1)
    refuse(script, `--${name} ${given[name]}: expected a whole number above 0.`)
  return value
}
