import { type StepName, stepNames } from '../flow/steps.ts'
import { sumOutcomes } from '../results/outcome-counts.ts'
import type { Summary } from '../results/summary-schema.ts'
import { formatCount, formatCounted, formatElapsed, formatMs, formatShare } from './format-value.ts'
import type { TimelinePoint } from './timeline-points.ts'
import type { Tone } from './verdict.ts'

/** Something that a reader should know, with what to do about it. */
export type Finding = { title: string; tone: Tone; text: string; hint: string | null }

/** Above this lag (p99) the generator did not keep its own schedule, in milliseconds. */
const badLagMs = 100

/** A step has slowed down when its mean grew by this factor and by this many milliseconds. */
const slowerBy = { factor: 1.5, ms: 500 }

/**
 * What a run shows beyond its figures: what broke first, where the time goes, what slowed down under the load, whether
 * the generator kept up, and what was real. Every rule is a plain comparison; nothing is guessed.
 *
 * @param points the timeline; without it, what slowed down is not looked for
 * @example findingsOf(summary, []).map(({ title }) => title)
 */
export function findingsOf(summary: Summary, points: readonly TimelinePoint[]): Finding[] {
  return [
    ...summary.problems.map(
      ({ code, message }): Finding => ({ title: code, tone: 'bad', text: message, hint: null }),
    ),
    ...stopped(summary),
    brokeFirst(summary),
    ...refuted(summary),
    ...degraded(summary),
    ...timeSpent(summary),
    ...slowedDown(points),
    ...generator(summary),
    whatWasReal(summary),
  ]
}

function stopped({ run }: Summary): Finding[] {
  if (run.stopped === null) return []
  return [{ title: 'Why it ended early', tone: 'warn', text: run.stopped.message, hint: null }]
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
  const place = (step: string | null) => (step === null ? 'outside any step' : `at ${step}`)
  const share = formatShare(most.count / Math.max(1, sumOutcomes(users)))
  const text =
    first === most
      ? `${first.code} ${place(first.step)}, ${formatElapsed(first.firstMs)} in; ${formatCounted(first.count, 'flow')} in all (${share}).`
      : `${first.code} ${place(first.step)}, ${formatElapsed(first.firstMs)} in (${formatCounted(first.count, 'flow')} in all). Most often ${most.code} ${place(most.step)}: ${formatCounted(most.count, 'flow')} (${share}), from ${formatElapsed(most.firstMs)} on.`
  return {
    title: 'What broke first',
    tone: 'bad',
    text: text + dropped,
    hint: most.hint === '' ? null : most.hint,
  }
}

function refuted({ verified }: Summary): Finding[] {
  if (verified.refuted === 0) return []
  const text = `${formatCounted(verified.refuted, 'answer')} came from other data than the user encrypted.`
  return [{ title: 'Wrong answers', tone: 'bad', text, hint: null }]
}

function degraded({ users }: Summary): Finding[] {
  if (users.degraded === 0) return []
  const text = `${formatCounted(users.degraded, 'flow')} got through on a stand-in only, and count as not succeeded.`
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

/** The step whose mean grew most from the first third of the run to the last third that completed any flows. */
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
    'A step that slows down while users keep coming is where they queue: the load is above what it carries.'
  return [{ title: 'What slowed down', tone: 'warn', text, hint }]
}

function generator({ arrivals, resources, users }: Summary): Finding[] {
  const { p99, max, count } = arrivals.lagMs
  if (count === 0) return []
  const late = (p99 ?? 0) > badLagMs
  const loop = `its event loop was ${formatMs(resources.eventLoopDelayMs.p99)} late at p99`
  return [
    {
      title: 'The generator',
      tone: late ? 'warn' : 'good',
      text: late
        ? `It did not keep its schedule: users started ${formatMs(p99)} late at p99, ${formatMs(max)} at worst; ${loop}.`
        : `It kept its schedule: ${formatCount(users.started)} users started at most ${formatMs(max)} late (p99 ${formatMs(p99)}); ${loop}.`,
      hint: late ? 'Read the latencies from the due start, and use a bigger machine or several.' : null,
    },
  ]
}

function whatWasReal({ dependencies }: Summary): Finding {
  const names = Object.entries(dependencies)
  const real = names.filter(([, kind]) => kind === 'real').map(([name]) => dependencyWords[name] ?? name)
  const embedded = names
    .filter(([, kind]) => kind === 'embedded')
    .map(([name]) => dependencyWords[name] ?? name)
  const text =
    real.length === 0
      ? 'Nothing: the whole stack was embedded on this machine. The numbers compare versions; they do not predict the real network.'
      : embedded.length === 0
        ? 'Everything.'
        : `${list(real)}. Embedded: ${list(embedded)}.`
  return { title: 'What was real', tone: 'plain', text, hint: null }
}

/** The dependencies as people call them. */
export const dependencyWords: Record<string, string> = {
  chain: 'chain',
  storage: 'storage',
  personalServer: 'personal server',
  apiServer: 'API server',
  model: 'language model',
}

function list(words: readonly string[]): string {
  const text = words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
  return text.charAt(0).toUpperCase() + text.slice(1)
}
