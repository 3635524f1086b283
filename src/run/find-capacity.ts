import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConfigDocument } from '../config/describe-config.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { capacitySoFar, nextCapacityMove } from '../load/capacity-search.ts'
import { renderCapacityHtml } from '../report/capacity-html.ts'
import { renderCapacityMarkdown } from '../report/capacity-markdown.ts'
import { writeReports } from '../report/write-reports.ts'
import { type Capacity, type CapacityStep, exitCodeOfCapacity } from '../results/capacity-schema.ts'
import { dependenciesOf } from '../results/environment.ts'
import { findBottleneck } from '../results/find-bottleneck.ts'
import { addMoney, noMoney } from '../results/money-balance.ts'
import { makeRunId } from '../results/run-id.ts'
import type { Summary } from '../results/summary-schema.ts'
import { writeAtomically } from '../results/write-atomically.ts'
import { configOfStep, documentOfStep, leastUsers, stepOf } from './capacity-step.ts'
import { type LoadTest, runLoadTest } from './run-load-test.ts'
import { openRunStage, type RunStage } from './run-stage.ts'

/** A search for the highest rate that holds. */
export type CapacitySearch = LoadTest & {
  document: ConfigDocument
  /** Whether the spending cap was asked for, and holds for all steps together; otherwise each has its own. */
  hasOwnCap: boolean
  /** Told of each step before it begins, and when it has ended. */
  onStep(step: { number: number; ratePerSecond: number; purpose: CapacityStep['purpose'] }): void
  onStepEnd(step: CapacityStep): void
}

/** A search that took place, and the folder that holds its steps. */
export type CompletedSearch = { capacity: Capacity; path: string }

/** What a step takes besides the time in which users come: funding, the last flows, sweeping. */
const aroundStepMs = 15_000

/**
 * Looks for the highest rate that holds: one run after the other on the same target and connection, each at the rate that
 * {@link nextCapacityMove} asks for. Every run has a folder of its own in that of the search.
 *
 * @throws LoadTestError what keeps the first step from beginning; from then on, there is a document
 */
export async function findCapacity(search: CapacitySearch): Promise<CompletedSearch> {
  const { config, view, interrupt } = search
  const startedAt = new Date()
  const startedMs = performance.now()
  const id = `capacity-${makeRunId(startedAt, Math.random)}`
  const path = join(search.resultsDirectory, id)
  const summaries: Summary[] = []
  const steps: CapacityStep[] = []
  let stopped: Capacity['search']['stopped'] = null
  let firstIndex = config.wallets.firstIndex

  const maxSpendWei = search.hasOwnCap ? config.limits.maxSpendWei : mostOfAllStepsWei(config)
  const stage = await openRunStage({
    config: { ...config, limits: { ...config.limits, maxSpendWei } },
    environment: search.environment,
    runId: id,
    note: view.note,
    signal: interrupt,
  })
  try {
    await makeFolder(path)
    while (stopped === null) {
      const move = nextCapacityMove(config.capacity, steps)
      if (move.kind === 'done') break
      stopped = reasonToEnd(search, performance.now() - startedMs, steps.length)
      if (stopped !== null) break
      const { ratePerSecond, purpose } = move
      const number = steps.length + 1
      search.onStep({ number, ratePerSecond, purpose })
      const left = search.hasOwnCap ? config.limits.maxSpendWei - goneWei(summaries) : null
      const stepConfig = configOfStep(config, { number, ratePerSecond, firstIndex, maxSpendWei: left })
      firstIndex += stepConfig.users
      const ended = await makeStep(search, stage, stepConfig, path, steps.length > 0)
      if ('stopped' in ended) {
        stopped = ended.stopped
        break
      }
      const { summary } = ended
      summaries.push(summary)
      stopped = stopOf(summary)
      // A step that was cut short says nothing of its rate.
      if (stopped !== null) break
      const step = stepOf(ratePerSecond, purpose, summary)
      steps.push(step)
      search.onStepEnd(step)
    }
    const capacity = documentOf({ search, stage, id, startedAt, startedMs, steps, summaries, stopped })
    const redacted = search.redact.deep(capacity)
    await writeAtomically(join(path, 'capacity.json'), `${JSON.stringify(redacted, null, 2)}\n`)
    await writeAtomically(join(path, 'capacity.md'), search.redact.text(renderCapacityMarkdown(capacity)))
    await writeAtomically(join(path, 'capacity.html'), search.redact.text(renderCapacityHtml(capacity)))
    return { capacity, path }
  } finally {
    await stage.close()
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
  if (interrupt.aborted) return { reason: 'interrupted', message: 'interrupted by a signal' }
  const { limitMs, stepMs } = config.capacity
  if (steps > 0 && elapsedMs + stepMs + aroundStepMs > limitMs) {
    return { reason: 'time', message: 'the time for the search was over before it was sure' }
  }
  return null
}

/** Makes the run of one step. What keeps a later step from beginning ends the search; before the first, it is thrown. */
async function makeStep(
  search: CapacitySearch,
  stage: RunStage,
  config: LoadTest['config'],
  path: string,
  hasResults: boolean,
): Promise<{ summary: Summary } | { stopped: NonNullable<Capacity['search']['stopped']> }> {
  try {
    const document = documentOfStep(search.document, config)
    const { summary, folder } = await runLoadTest(
      { ...search, config, document, resultsDirectory: path },
      stage,
    )
    await writeReports(folder)
    return { summary }
  } catch (error) {
    if (!hasResults) throw error
    if (search.interrupt.aborted)
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

function documentOf(parts: {
  search: CapacitySearch
  stage: RunStage
  id: string
  startedAt: Date
  startedMs: number
  steps: CapacityStep[]
  summaries: Summary[]
  stopped: Capacity['search']['stopped']
}): Capacity {
  const { search, stage, id, startedAt, startedMs, steps, summaries, stopped } = parts
  const { config } = search
  const capacity = capacitySoFar(steps)
  const problems = summaries.flatMap((summary) => summary.problems)
  const facts = {
    id,
    preset: config.preset,
    target: stage.target.name,
    seed: config.seed,
    startedAt: startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    durationMs: performance.now() - startedMs,
    startPerSecond: config.capacity.startPerSecond,
    maxPerSecond: config.capacity.maxPerSecond,
    stepMs: config.capacity.stepMs,
    stopped,
  }
  return {
    schemaVersion: 1,
    kind: 'capacity',
    tool: { name: 'vana-load', version: search.version },
    search: facts,
    dependencies: dependenciesOf(stage.target),
    capacity,
    brokeFirst: brokeFirst(capacity, steps, summaries, config.flow.submission),
    steps,
    money: summaries.map(({ money }) => money).reduce(addMoney, noMoney),
    problems,
    exitCode: exitCodeOfCapacity({ search: facts, capacity, problems }),
  }
}

/** Compares the lowest rate that broke with the lowest that was measured and held: that one shows what idle looks like. */
function brokeFirst(
  { brokeAtPerSecond }: Capacity['capacity'],
  steps: readonly CapacityStep[],
  summaries: readonly Summary[],
  submission: 'direct' | 'relayed',
): Capacity['brokeFirst'] {
  const summaryOf = (step: CapacityStep | undefined) => summaries.find(({ run }) => run.id === step?.runId)
  const brokenStep = steps.find((step) => step.ratePerSecond === brokeAtPerSecond && !step.held)
  const broken = summaryOf(brokenStep)
  if (brokenStep === undefined || broken === undefined) return null
  const [calmest] = steps.filter(({ held }) => held).toSorted((a, b) => a.ratePerSecond - b.ratePerSecond)
  return {
    ...findBottleneck(summaryOf(calmest) ?? null, broken, submission),
    thresholds: brokenStep.thresholds.filter(({ passed }) => !passed),
  }
}
