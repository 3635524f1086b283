import { isOwnFault } from '../results/exit-code.ts'
import type { Summary } from '../results/summary-schema.ts'
import { isAcceptable } from './baseline/baseline-figure.ts'
import type { Tone } from './finding.ts'
import {
  formatCount,
  formatCounted,
  formatElapsed,
  formatMs,
  formatRate,
  formatShare,
  formatVana,
} from './format-value.ts'

/** The result of a run in a sentence, and the figures behind it. */
export type Verdict = { tone: Tone; headline: string; lead: string }

/**
 * Says in a sentence whether a run passed.
 *
 * A run passes if it has thresholds and meets all of them. Without thresholds the sentence only says whether all users succeeded.
 *
 * @example verdictOf(summary).headline // 'Passed: 900 users completed, and all thresholds were met.'
 */
export function verdictOf(summary: Summary): Verdict {
  const { tone, headline } = headlineOf(summary)
  const hasIssues = summary.warnings.length + summary.problems.length > 0
  return { tone: tone === 'good' && hasIssues ? 'warn' : tone, headline, lead: leadOf(summary) }
}

type Headline = Pick<Verdict, 'tone' | 'headline'>

function headlineOf(summary: Summary): Headline {
  const { users, thresholds, run, problems } = summary
  const failed = thresholds.filter(({ passed }) => !passed)
  if (problems.some(isOwnFault)) {
    return { tone: 'bad', headline: 'These figures are unreliable: the run reported a problem of its own.' }
  }
  if (run.stopped !== null) {
    const tone = run.stopped.reason === 'interrupted' ? 'warn' : 'bad'
    return { tone, headline: `${stopNames[run.stopped.reason]} after ${formatElapsed(run.durationMs)}.` }
  }
  if (users.planned > 0 && users.succeeded === 0) {
    return { tone: 'bad', headline: `Failed: none of ${formatCounted(users.planned, 'user')} succeeded.` }
  }
  if (failed.length > 0) {
    const which = failed.length === 1 ? `${failed[0]?.expression} was` : `${failed.length} thresholds were`
    return { tone: 'bad', headline: `Failed with ${formatCounted(users.planned, 'user')}: ${which} not met.` }
  }
  if (summary.baseline?.passed === false) return baselineHeadline(summary.baseline.figures)
  if (thresholds.length > 0) {
    return {
      tone: 'good',
      headline: `Passed: ${formatCounted(users.succeeded, 'user')} completed, and all thresholds were met.`,
    }
  }
  const all = users.succeeded === users.planned
  return {
    tone: all ? 'good' : 'plain',
    headline: all ? 'Every user succeeded.' : 'Not every user succeeded.',
  }
}

function baselineHeadline(figures: NonNullable<Summary['baseline']>['figures']): Headline {
  const worse = figures.filter((figure) => !isAcceptable(figure)).map(({ metric }) => metric)
  const headline =
    worse.length === 0
      ? 'Failed: the baseline is from a different test.'
      : `Failed: worse than the baseline in ${worse.join(', ')}.`
  return { tone: 'bad', headline }
}

const stopNames = {
  interrupted: 'Interrupted',
  'circuit-breaker': 'Stopped by the circuit breaker',
  'spending-cap': 'Stopped by the spending cap',
  'fail-fast': 'Stopped at the first failure',
  threshold: 'Stopped by a failed threshold',
  'target-lost': 'Stopped because the target was lost,',
  error: 'Stopped by an unexpected error',
} as const

/** Warnings that do not concern the generator or the machine. */
const notOverloaded: ReadonlySet<string> = new Set(['GRANTEE_FULL', 'LOAD_HELD_BACK'])

function leadOf({ users, throughput, latencyMs, gas, dependencies, warnings }: Summary): string {
  const share = formatShare(users.planned === 0 ? null : users.succeeded / users.planned)
  const sentences = [
    `${formatCount(users.succeeded)} of ${formatCounted(users.planned, 'user')} succeeded (${share}).`,
  ]
  if (latencyMs.flow.count > 0) {
    sentences.push(
      `Throughput averaged ${formatRate(throughput.flowsPerSecond)} flows per second and peaked at ${formatRate(throughput.peakFlowsPerSecond)}.`,
      `Half of the flows took ${formatMs(latencyMs.flow.p50)} or less, 95% took ${formatMs(latencyMs.flow.p95)} or less.`,
    )
  }
  if (gas.transactions > 0 && gas.costWei !== '0') {
    const each = (BigInt(gas.costWei) / BigInt(gas.transactions)).toString()
    const where = dependencies.chain === 'embedded' ? ' on the embedded chain' : ''
    sentences.push(`Transactions cost ${formatVana(gas.costWei)}${where}, ${formatVana(each)} each.`)
  }
  const codes = new Set(warnings.map(({ code }) => code).filter((code) => !notOverloaded.has(code)))
  if (codes.size > 0) {
    sentences.push(
      `These figures are unreliable: the generator or its machine was overloaded (${[...codes].join(', ')}).`,
    )
  }
  return sentences.join(' ')
}
