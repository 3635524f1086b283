import type { Target } from '../config/target.ts'
import { capacitySoFar } from '../load/capacity-search.ts'
import { type Capacity, type CapacityStep, exitCodeOfCapacity } from '../results/capacity-schema.ts'
import { dependenciesOf } from '../results/environment.ts'
import { findBottleneck } from '../results/find-bottleneck.ts'
import { addMoney, noMoney } from '../results/money-balance.ts'
import type { Summary } from '../results/summary-schema.ts'
import type { LoadTest } from './load-test.ts'

/** What a search has found so far. */
export type SearchProgress = {
  steps: CapacityStep[]
  summaries: Summary[]
  /** Why it ended before it was sure. */
  stopped: Capacity['search']['stopped']
  /** What went wrong besides the problems of its runs. */
  problems: Summary['problems']
}

/** Makes the document of a capacity search that has ended. */
export function capacityDocument(
  search: Pick<LoadTest, 'config' | 'version'>,
  ended: SearchProgress & { id: string; target: Target; startedAt: Date; durationMs: number },
): Capacity {
  const { config, version } = search
  const { id, target, startedAt, durationMs, steps, summaries, stopped } = ended
  const capacity = capacitySoFar(steps)
  const problems = [...summaries.flatMap((summary) => summary.problems), ...ended.problems]
  const facts = {
    id,
    preset: config.preset,
    target: target.name,
    seed: config.seed,
    startedAt: startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    durationMs,
    startPerSecond: config.capacity.startPerSecond,
    maxPerSecond: config.capacity.maxPerSecond,
    stepMs: config.capacity.stepMs,
    stopped,
  }
  return {
    schemaVersion: 1,
    kind: 'capacity',
    tool: { name: 'vana-load', version },
    search: facts,
    dependencies: dependenciesOf(target),
    capacity,
    brokeFirst: brokeFirst(capacity, { steps, summaries, submission: config.flow.submission }),
    steps,
    money: summaries.map(({ money }) => money).reduce(addMoney, noMoney),
    problems,
    exitCode: exitCodeOfCapacity({ search: facts, capacity, problems }),
  }
}

/** Compares the lowest rate that broke with the lowest that was measured and held: that one shows what idle looks like. */
function brokeFirst(
  { brokeAtPerSecond }: Capacity['capacity'],
  ended: { steps: readonly CapacityStep[]; summaries: readonly Summary[]; submission: 'direct' | 'relayed' },
): Capacity['brokeFirst'] {
  const { steps, summaries, submission } = ended
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
