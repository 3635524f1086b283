import { type StepName, stepNames } from '../flow/steps.ts'
import { type ComponentLoad, componentLoads, highLoad } from '../results/find-bottleneck.ts'
import { sumOutcomes } from '../results/outcome-counts.ts'
import type { Summary } from '../results/summary-schema.ts'
import { waitKinds } from '../results/wait-kinds.ts'
import { dependencyName } from './dependency-name.ts'
import { limitingEndpoints } from './endpoint-finding.ts'
import { finalCheckFindings } from './final-check-finding.ts'
import type { Finding } from './finding.ts'
import {
  formatCount,
  formatCounted,
  formatElapsed,
  formatGwei,
  formatMs,
  formatRate,
  formatShare,
  formatVana,
} from './format-value.ts'
import { protectionFindings } from './protection-findings.ts'
import { notableWaitMs, waitNames } from './run/waits.ts'
import type { TimelinePoint } from './timeline-point.ts'

/** A step slowed down if its mean grew by this factor and by this many milliseconds. */
const slowerBy = { factor: 1.5, ms: 500 }

/**
 * Lists what a run shows beyond its figures: what broke first, where the time goes, what slowed down under load, whether
 * the generator kept up, and what was real. Every rule is a plain comparison.
 *
 * @param points the timeline; without it, no finding says what slowed down
 * @example findingsOf(summary, []).map(({ title }) => title)
 */
export function findingsOf(summary: Summary, points: readonly TimelinePoint[]): Finding[] {
  return [
    ...summary.problems.map(
      ({ code, message }): Finding => ({ title: code, tone: 'bad', text: message, hint: null }),
    ),
    ...summary.warnings.map(
      ({ code, message, hint }): Finding => ({
        title: warningTitles[code] ?? code,
        tone: 'bad',
        text: message,
        hint,
      }),
    ),
    ...stopped(summary),
    ...finalCheckFindings(summary),
    ...protectionFindings(summary),
    brokeFirst(summary),
    ...refuted(summary),
    ...degraded(summary),
    ...timeSpent(summary),
    ...slowedDown(points),
    ...nearestLimit(summary),
    ...transactions(summary),
    ...limitingEndpoints(summary),
    ...generator(summary),
    ...waited(summary),
    ...baselineCaveats(summary),
    ...faults(summary),
    whatWasReal(summary),
  ]
}

/** Flags runs with injected faults. */
function faults({ faults }: Summary): Finding[] {
  if (faults.length === 0) return []
  const text = `This run injected faults: ${faults.join(', ')}.`
  return [
    {
      title: 'Injected faults',
      tone: 'warn',
      text,
      hint: 'Its figures do not describe the target without these faults.',
    },
  ]
}

/** Other causes that a difference from the baseline may have. */
function baselineCaveats({ baseline }: Summary): Finding[] {
  const caveats = baseline?.caveats.filter(({ kind }) => kind !== 'unreliable') ?? []
  if (caveats.length === 0) return []
  const tone = caveats.some(({ kind }) => kind === 'other-test') ? 'bad' : 'plain'
  const text = `The conditions differ from those of the baseline. ${caveats.map(({ message }) => message).join(' ')}`
  return [{ title: 'Baseline', tone, text, hint: null }]
}

function transactions({ transactions, gas }: Summary): Finding[] {
  const { sendMs, inclusionMs } = transactions
  if (inclusionMs.count === 0) return []
  const price =
    gas.price === null
      ? ''
      : ` The gas price averaged ${formatGwei(gas.price)}, so a flow cost ${formatVana(gas.costPerFlowWei)}.`
  const text = `A node accepted half of them within ${formatMs(sendMs.p50)} (95% within ${formatMs(sendMs.p95)}); half were in a block ${formatMs(inclusionMs.p50)} later (95% within ${formatMs(inclusionMs.p95)}).${price}`
  return [{ title: 'Transactions', tone: 'plain', text, hint: null }]
}

function stopped({ run }: Summary): Finding[] {
  if (run.stopped === null) return []
  return [{ title: 'Stopped early', tone: 'warn', text: run.stopped.message, hint: null }]
}

function brokeFirst({ errors, users, outcomeReasons }: Summary): Finding {
  const first = errors.toSorted((a, b) => a.firstMs - b.firstMs)[0]
  const most = errors[0]
  const dropped =
    users.dropped === 0
      ? ''
      : ` ${formatCounted(users.dropped, 'user')} never started (${Object.keys(outcomeReasons.dropped ?? {}).join(', ')}).`
  if (first === undefined || most === undefined) {
    const tone = users.dropped > 0 ? 'warn' : 'good'
    return { title: 'What broke first', tone, text: `No flow failed.${dropped}`, hint: null }
  }
  const place = (step: string | null) => (step === null ? 'outside any step' : `in ${step}`)
  const share = formatShare(most.count / Math.max(1, sumOutcomes(users)))
  const text =
    first === most
      ? `${first.code} ${place(first.step)} after ${formatElapsed(first.firstMs)}; ${formatCounted(first.count, 'flow')} in total (${share}).`
      : `${first.code} ${place(first.step)} after ${formatElapsed(first.firstMs)} (${formatCounted(first.count, 'flow')} in total). The most frequent error was ${most.code} ${place(most.step)}: ${formatCounted(most.count, 'flow')} (${share}), from ${formatElapsed(most.firstMs)} on.`
  return {
    title: 'What broke first',
    tone: 'bad',
    text: text + dropped,
    hint: most.hint === '' ? null : most.hint,
  }
}

function refuted({ verified }: Summary): Finding[] {
  if (verified.refuted === 0) return []
  const text = `${formatCounted(verified.refuted, 'answer')} used other data than the user had encrypted.`
  return [{ title: 'Wrong answers', tone: 'bad', text, hint: null }]
}

function degraded({ users }: Summary): Finding[] {
  if (users.degraded === 0) return []
  const text = `${formatCounted(users.degraded, 'flow')} used a stand-in, which does not count as succeeded.`
  return [{ title: 'Degraded', tone: 'warn', text, hint: null }]
}

function timeSpent({ latencyMs }: Summary): Finding[] {
  const total = stepNames.reduce((sum, step) => sum + (latencyMs.steps[step].mean ?? 0), 0)
  if (total === 0) return []
  const [longest, second] = stepNames
    .map((step) => ({ step, digest: latencyMs.steps[step] }))
    .toSorted((a, b) => (b.digest.mean ?? 0) - (a.digest.mean ?? 0))
  if (longest === undefined || second === undefined) return []
  const share = ({ digest }: typeof longest) => formatShare((digest.mean ?? 0) / total)
  const text = `${share(longest)} of the mean flow is ${longest.step} (p50 ${formatMs(longest.digest.p50)}, p95 ${formatMs(longest.digest.p95)}), ${share(second)} is ${second.step}.`
  return [{ title: 'Where the time goes', tone: 'plain', text, hint: null }]
}

/** The step whose mean grew most between the first and the last third of the points with completed steps. */
function slowedDown(points: readonly TimelinePoint[]): Finding[] {
  const withSteps = points.filter(({ stepMeanMs }) => Object.keys(stepMeanMs).length > 0)
  const third = Math.floor(withSteps.length / 3)
  if (third < 2) return []
  const mean = (part: readonly TimelinePoint[], step: StepName): number | null => {
    const values = part.flatMap(({ stepMeanMs }) => stepMeanMs[step] ?? [])
    return values.length === 0 ? null : values.reduce((a, b) => a + b) / values.length
  }
  const grown = stepNames
    .flatMap((step) => {
      const early = mean(withSteps.slice(0, third), step)
      const late = mean(withSteps.slice(-third), step)
      return early === null || late === null ? [] : [{ step, early, late }]
    })
    .filter(({ early, late }) => late > early * slowerBy.factor && late - early > slowerBy.ms)
    .toSorted((a, b) => b.late - b.early - (a.late - a.early))[0]
  if (grown === undefined) return []
  const text = `From the first third of the run to the last, ${grown.step} went from ${formatMs(grown.early)} to ${formatMs(grown.late)}.`
  const hint =
    'Users queue at a step that slows down under a steady rate of arrivals: the load exceeds its capacity.'
  return [{ title: 'What slowed down', tone: 'warn', text, hint }]
}

/** The components of the stack that were closest to their limits. */
function nearestLimit(summary: Summary): Finding[] {
  const [first, ...others] = componentLoads(summary)
  if (first === undefined) return []
  const { queueDepthMean } = summary.components[first.name] ?? {}
  const queue =
    typeof queueDepthMean === 'number' && queueDepthMean >= 0.5
      ? `, ${formatRate(queueDepthMean)} requests waiting or in flight on average`
      : ''
  const rest = others.slice(0, 2).map((load) => `${dependencyName(load.name)} ${describeLoad(load)}`)
  const text = `${sentence(dependencyName(first.name))}: ${describeLoad(first)}${queue}.${rest.length > 0 ? ` Next: ${rest.join(', ')}.` : ''}`
  const isHigh = first.share >= highLoad
  return [
    {
      title: 'Closest to its limit',
      tone: isHigh ? 'warn' : 'plain',
      text,
      hint: isHigh ? 'With more users, this component is likely to fail next.' : null,
    },
  ]
}

/** Describes the load of a component in a few words. */
export function describeLoad({ name, share, of }: ComponentLoad): string {
  if (of === 'cpu') return `${formatShare(share)} of a core`
  return name === 'chain'
    ? `${formatShare(share)} of the gas of its blocks`
    : `busy ${formatShare(share)} of the time`
}

/** The generator was on schedule; if it was not, the warnings of the summary come first. */
function generator({ arrivals, resources, users, warnings }: Summary): Finding[] {
  const { p99, max, count } = arrivals.lagMs
  if (count === 0 || warnings.length > 0) return []
  const text = `On schedule: ${formatCount(users.started)} users started at most ${formatMs(max)} late (p99 ${formatMs(p99)}). The event loop delay was ${formatMs(resources.eventLoopDelayMs.p99)} at p99.`
  return [{ title: 'Generator', tone: 'good', text, hint: null }]
}

/** What users waited for before they started; such waits are neither lag of the generator nor latency of a flow. */
function waited({ arrivals: { waits } }: Summary): Finding[] {
  const notable = waitKinds.filter((kind) => (waits[kind].p99 ?? 0) >= notableWaitMs)
  if (notable.length === 0) return []
  const parts = notable.map((kind) => {
    const { p50, p99, max } = waits[kind]
    return `for ${waitNames[kind]} p50 ${formatMs(p50)}, p99 ${formatMs(p99)}, max ${formatMs(max)}`
  })
  const text = `Users waited before they started: ${parts.join('; ')}. Latencies from due include these waits.`
  const hint = notable.includes('place')
    ? 'Raise --concurrency, unless you want to measure with this limit.'
    : null
  return [{ title: 'Waiting to start', tone: 'warn', text, hint }]
}

function whatWasReal({ dependencies }: Summary): Finding {
  const names = Object.entries(dependencies)
  const real = names.filter(([, kind]) => kind === 'real').map(([name]) => dependencyName(name))
  const embedded = names.filter(([, kind]) => kind === 'embedded').map(([name]) => dependencyName(name))
  const text =
    real.length === 0
      ? 'Nothing: the whole stack ran embedded on this machine. The figures compare versions; they do not predict the real network.'
      : embedded.length === 0
        ? 'Everything.'
        : `${list(real)}. Embedded: ${list(embedded)}.`
  return { title: 'What was real', tone: 'plain', text, hint: null }
}

/** Titles of warnings by their codes. */
const warningTitles: Record<string, string> = {
  GENERATOR_LATE: 'Generator overloaded',
  GENERATOR_LOOP: 'Generator overloaded',
  GENERATOR_CPU: 'Generator overloaded',
  GENERATOR_FULL: 'Concurrency limit',
  LOAD_HELD_BACK: 'Load held back',
  MACHINE_CPU: 'Machine overloaded',
  GRANTEE_FULL: 'Grantee nearly full',
}

function list(words: readonly string[]): string {
  return sentence(words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`)
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
