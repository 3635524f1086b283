import { isOwnFault } from '../results/exit-code.ts'
import type { Summary } from '../results/summary-schema.ts'
import { isHeld } from './baseline-words.ts'
import {
  formatCount,
  formatCounted,
  formatElapsed,
  formatMs,
  formatRate,
  formatShare,
  formatVana,
} from './format-value.ts'

/** Whether something is as one would wish. */
export type Tone = 'good' | 'bad' | 'warn' | 'plain'

/** What a run says in a sentence, and the figures that carry it. */
export type Verdict = { tone: Tone; headline: string; lead: string }

/**
 * Answers the question of a run, in a sentence: can the stack carry the users?
 *
 * "Yes" needs thresholds, all of them held; without thresholds there is nothing to answer by, and the sentence only
 * says whether all users succeeded.
 *
 * @example verdictOf(summary).headline // 'Yes, it carried 900 users.'
 */
export function verdictOf(summary: Summary): Verdict {
  const { tone, headline } = headlineOf(summary)
  // What an overloaded generator measured is not simply good, nor a run that left funds behind.
  return {
    tone: tone === 'good' && summary.warnings.length + summary.problems.length > 0 ? 'warn' : tone,
    headline,
    lead: leadOf(summary),
  }
}

function headlineOf(summary: Summary): { tone: Tone; headline: string } {
  const { users, thresholds, run, problems } = summary
  const failed = thresholds.filter(({ passed }) => !passed)
  if (problems.some(isOwnFault)) {
    return { tone: 'bad', headline: 'This run broke a promise of its own; do not trust its numbers.' }
  }
  if (run.stopped !== null) {
    const after = formatElapsed(run.durationMs)
    const tone = run.stopped.reason === 'interrupted' ? 'warn' : 'bad'
    return { tone, headline: `${stopWords[run.stopped.reason]} after ${after}.` }
  }
  if (users.planned > 0 && users.succeeded === 0) {
    return { tone: 'bad', headline: `No: not one of ${formatCounted(users.planned, 'user')} succeeded.` }
  }
  if (failed.length > 0) {
    const which =
      failed.length === 1
        ? `${failed[0]?.expression} does not hold`
        : `${failed.length} thresholds do not hold`
    return {
      tone: 'bad',
      headline: `No, it did not carry ${formatCounted(users.planned, 'user')}: ${which}.`,
    }
  }
  if (summary.baseline?.passed === false) {
    const { figures } = summary.baseline
    const worse = figures.filter((figure) => !isHeld(figure)).map(({ metric }) => metric)
    const headline =
      worse.length === 0
        ? 'No: the baseline is of another test.'
        : `No, it is worse than the baseline: ${worse.join(', ')}.`
    return { tone: 'bad', headline }
  }
  if (thresholds.length > 0) {
    return { tone: 'good', headline: `Yes, it carried ${formatCounted(users.planned, 'user')}.` }
  }
  const all = users.succeeded === users.planned
  return {
    tone: all ? 'good' : 'plain',
    headline: all ? 'Every user succeeded.' : 'Not every user succeeded.',
  }
}

const stopWords = {
  interrupted: 'Interrupted',
  'circuit-breaker': 'Stopped by the circuit breaker',
  'spending-cap': 'Stopped by the spending cap',
  'fail-fast': 'Stopped at the first failure',
  threshold: 'Stopped by a threshold that did not hold,',
  'target-lost': 'Stopped because the target was lost,',
  error: 'Ended by an unexpected error',
} as const

/** Warnings that say nothing of generator and machine. */
const notOverloaded: ReadonlySet<string> = new Set(['GRANTEE_FULL', 'LOAD_HELD_BACK'])

function leadOf({ users, throughput, latencyMs, gas, dependencies, warnings }: Summary): string {
  const share = formatShare(users.planned === 0 ? null : users.succeeded / users.planned)
  const sentences = [
    `${formatCount(users.succeeded)} of ${formatCounted(users.planned, 'user')} succeeded (${share}).`,
  ]
  if (latencyMs.flow.count > 0) {
    sentences.push(
      `They came through at ${formatRate(throughput.flowsPerSecond)} flows a second on average, ${formatRate(throughput.peakFlowsPerSecond)} at best.`,
      `Half took ${formatMs(latencyMs.flow.p50)} or less, 95% took ${formatMs(latencyMs.flow.p95)} or less.`,
    )
  }
  if (gas.transactions > 0 && gas.costWei !== '0') {
    const each = (BigInt(gas.costWei) / BigInt(gas.transactions)).toString()
    const where = dependencies.chain === 'embedded' ? ' of the embedded chain' : ''
    sentences.push(`Transactions cost ${formatVana(gas.costWei)}${where}, ${formatVana(each)} each.`)
  }
  const overloaded = warnings.filter(({ code }) => !notOverloaded.has(code))
  if (overloaded.length > 0) {
    sentences.push(
      `Do not take these figures at their word: the generator or its machine was overloaded (${[...new Set(overloaded.map(({ code }) => code))].join(', ')}).`,
    )
  }
  return sentences.join(' ')
}
