import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConfigDocument } from '../config/describe-config.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { nextCapacityMove } from '../load/capacity-search.ts'
import type { Capacity, CapacityStep } from '../results/capacity-schema.ts'
import { makeRunId } from '../results/run-id.ts'
import type { Summary } from '../results/summary-schema.ts'
import { capacityDocument, type SearchProgress } from './capacity-document.ts'
import { configOfStep, documentOfStep, leastUsers, stepOf } from './capacity-step.ts'
import { createCloser } from './closer.ts'
import { type Connection, openConnection } from './connection.ts'
import type { CompletedRun, LoadTest } from './load-test.ts'
import { runLoadTest } from './run-load-test.ts'

/** What is asked for: a search for the highest rate that holds. */
export type CapacitySearch = LoadTest & {
  document: ConfigDocument
  /** Whether the spending cap was asked for, and holds for all steps together; otherwise each has its own. */
  hasOwnCap: boolean
  /** Called before each step. */
  onStep(step: { number: number; ratePerSecond: number; purpose: CapacityStep['purpose'] }): void
  /** Called with the run of each step, to write its reports. One that rejects ends the search. */
  onRun(run: CompletedRun): Promise<unknown>
  /** Called after each step that counts. */
  onStepEnd(step: CapacityStep): void
}

/** A search that has run: its document, and the folder that holds the runs of its steps. */
export type CompletedSearch = { capacity: Capacity; path: string }

/** What a step takes besides the time in which users arrive: funding, the last flows, sweeping. */
const aroundStepMs = 15_000

/**
 * Searches for the highest rate that holds: one run after the other on the same connection, each at the rate that
 * {@link nextCapacityMove} asks for. Every run has a folder of its own in that of the search.
 *
 * @throws LoadTestError what keeps the first step from beginning; from then on, there is a document
 */
export async function findCapacity(search: CapacitySearch): Promise<CompletedSearch> {
  const { config, view, environment } = search
  const startedAt = new Date()
  const startedMs = performance.now()
  const id = `capacity-${makeRunId(startedAt, Math.random)}`
  const path = join(search.resultsDirectory, id)
  const maxSpendWei = search.hasOwnCap ? config.limits.maxSpendWei : mostOfAllStepsWei(config)
  const connection = await openConnection({
    config: { ...config, limits: { ...config.limits, maxSpendWei } },
    environment,
    runId: id,
    note: view.note,
    signal: search.interrupt ?? new AbortController().signal,
  })
  const closer = createCloser()
  closer.add(() => connection.close())
  const progress: SearchProgress = { steps: [], summaries: [], stopped: null, problems: [] }
  try {
    await makeFolder(path)
    await makeSteps(search, { connection, path, startedMs, progress })
  } catch (error) {
    await closer.close()
    throw error
  }
  // What does not close must not take the results with it.
  progress.problems.push(...(await closer.close()).map(problemOf))
  const durationMs = performance.now() - startedMs
  const { target } = connection
  return { capacity: capacityDocument(search, { ...progress, id, target, startedAt, durationMs }), path }
}

type Parts = { connection: Connection; path: string; startedMs: number; progress: SearchProgress }

/** Makes one step after the other, until the search is sure or has to stop. */
async function makeSteps(search: CapacitySearch, parts: Parts): Promise<void> {
  const { config, hasOwnCap } = search
  const { startedMs, progress } = parts
  const { steps, summaries } = progress
  let firstIndex = config.wallets.firstIndex
  for (;;) {
    const move = nextCapacityMove(config.capacity, steps)
    if (move.kind === 'done') return
    progress.stopped = reasonToEnd(search, performance.now() - startedMs, steps.length)
    if (progress.stopped !== null) return
    const { ratePerSecond, purpose } = move
    const number = steps.length + 1
    search.onStep({ number, ratePerSecond, purpose })
    const left = hasOwnCap ? config.limits.maxSpendWei - goneWei(summaries) : null
    const stepConfig = configOfStep(config, { number, ratePerSecond, firstIndex, maxSpendWei: left })
    firstIndex += stepConfig.users
    const ended = await makeStep(search, stepConfig, parts)
    if ('stopped' in ended) {
      progress.stopped = ended.stopped
      return
    }
    const { summary } = ended
    summaries.push(summary)
    progress.stopped = stopOf(summary)
    // A step that was cut short says nothing of its rate.
    if (progress.stopped !== null) return
    const step = stepOf(ratePerSecond, purpose, summary)
    steps.push(step)
    search.onStepEnd(step)
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
  } catch (cause) {
    throw new LoadTestError('RESULTS_UNWRITABLE', `The folder ${path} can't be made.`, { cause })
  }
}

function reasonToEnd(
  { config, interrupt }: CapacitySearch,
  elapsedMs: number,
  steps: number,
): Capacity['search']['stopped'] {
  if (interrupt?.aborted) return { reason: 'interrupted', message: 'interrupted by a signal' }
  const { limitMs, stepMs } = config.capacity
  if (steps > 0 && elapsedMs + stepMs + aroundStepMs > limitMs) {
    return { reason: 'time', message: 'the time for the search was over before it was sure' }
  }
  return null
}

/** Makes the run of one step. What keeps a later step from beginning ends the search; before the first, it is thrown. */
async function makeStep(
  search: CapacitySearch,
  config: LoadTest['config'],
  { connection, path, progress }: Parts,
): Promise<{ summary: Summary } | { stopped: NonNullable<Capacity['search']['stopped']> }> {
  try {
    const document = documentOfStep(search.document, config)
    const run = await runLoadTest({ ...search, config, document, resultsDirectory: path }, connection)
    await search.onRun(run)
    return { summary: run.summary }
  } catch (error) {
    if (progress.steps.length === 0) throw error
    if (search.interrupt?.aborted)
      return { stopped: { reason: 'interrupted', message: 'interrupted by a signal' } }
    const message = error instanceof Error ? error.message : String(error)
    const reason = error instanceof LoadTestError && error.code === 'SPENDING_CAP' ? 'spending-cap' : 'error'
    return { stopped: { reason, message } }
  }
}

/** Stops of a step that end the whole search; that a rate trips the breaker or a threshold is what is looked for. */
function stopOf({ run, problems }: Summary): Capacity['search']['stopped'] {
  const { stopped } = run
  const [problem] = problems
  if (stopped !== null) {
    const { reason, message } = stopped
    if (
      reason === 'interrupted' ||
      reason === 'target-lost' ||
      reason === 'spending-cap' ||
      reason === 'error'
    ) {
      return { reason, message }
    }
  }
  return problem === undefined ? null : { reason: 'error', message: `${problem.code}: ${problem.message}` }
}

/** The caps of as many steps as there is time for, all at the highest rate: what an API server of the search's own may spend. */
function mostOfAllStepsWei({ capacity, wallets }: LoadTest['config']): bigint {
  const { limitMs, stepMs, maxPerSecond } = capacity
  const users = Math.ceil((limitMs / stepMs + 1) * Math.max(leastUsers, (maxPerSecond * stepMs) / 1000))
  return (BigInt(users) * wallets.fundingWei * 11n) / 10n
}

/** What did not come back to the funder, or the relayer has spent. */
function goneWei(summaries: readonly Summary[]): bigint {
  return summaries.reduce(
    (sum, { money }) =>
      sum + BigInt(money.spentWei ?? 0) + BigInt((money.payer === 'relayer' ? null : money.leftWei) ?? 0),
    0n,
  )
}

function problemOf(error: unknown): Summary['problems'][number] {
  if (error instanceof LoadTestError) return { code: error.code, message: error.message }
  return { code: 'INTERNAL', message: String(error) }
}
