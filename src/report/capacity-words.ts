import type { Capacity, CapacityStep } from '../results/capacity-schema.ts'
import { dependencyWords } from './dependency-words.ts'
import { loadWords } from './findings.ts'
import { formatMeasured, formatMs, formatRate, formatShare } from './format-value.ts'
import type { Tone } from './verdict.ts'

/**
 * Says what a search found, in a sentence.
 *
 * @example capacityHeadline(capacity).headline // 'It carries 4.76 users a second.'
 */
export function capacityHeadline({ capacity, search }: Capacity): { tone: Tone; headline: string } {
  const { ratePerSecond, brokeAtPerSecond } = capacity
  if (ratePerSecond === null) {
    return brokeAtPerSecond === null
      ? { tone: 'warn', headline: 'The search ended before any rate was measured.' }
      : {
          tone: 'bad',
          headline: `No rate holds: it broke at ${formatRate(brokeAtPerSecond)} users a second already.`,
        }
  }
  const atLeast = brokeAtPerSecond === null ? 'at least ' : ''
  return {
    tone: search.stopped === null ? 'good' : 'warn',
    headline: `It carries ${atLeast}${formatRate(ratePerSecond)} users a second.`,
  }
}

/** How sure that is, and how long it took. */
export function capacityLead({ capacity, search, steps }: Capacity): string {
  const { ratePerSecond, brokeAtPerSecond, runs, held, confidence } = capacity
  const sentences: string[] = []
  if (ratePerSecond !== null) {
    sentences.push(
      `At ${formatRate(ratePerSecond)}/s all thresholds held in ${held} of ${runs} runs (confidence ${formatShare(confidence)}).`,
    )
  }
  if (brokeAtPerSecond !== null) sentences.push(`It broke at ${formatRate(brokeAtPerSecond)}/s.`)
  else if (ratePerSecond !== null && search.stopped === null) {
    sentences.push(`That is the highest rate that was allowed; nothing broke.`)
  }
  if (search.stopped !== null) sentences.push(`The search ended early: ${search.stopped.message}.`)
  sentences.push(
    `${steps.length} steps of ${formatMs(search.stepMs)}, ${formatMs(search.durationMs)} in all.`,
  )
  return sentences.join(' ')
}

/** Which component broke first, and what speaks for that; `null` when nothing broke. */
export function brokeFirstWords({ brokeFirst }: Capacity): string | null {
  if (brokeFirst === null) return null
  const { component, certainty, growthShare, growthMs, load, thresholds } = brokeFirst
  const broken = thresholds
    .map(({ expression, actual, unit }) => `${expression} (it was ${formatMeasured(actual, unit)})`)
    .join(', ')
  const what = broken === '' ? '' : ` What did not hold: ${broken}.`
  if (component === null) return `Nothing points at one component.${what}`
  const name =
    component === 'generator' ? 'the generator itself' : `the ${dependencyWords[component] ?? component}`
  const because = [
    ...(growthShare === null
      ? []
      : [
          `${formatShare(growthShare)} of the time by which flows got slower is its steps' (${formatMs(growthMs)})`,
        ]),
    ...(load === null
      ? []
      : [load.name === 'generator' ? `${formatShare(load.share)} of its cores` : loadWords(load)]),
  ]
  const sure = { clear: 'Clearly', likely: 'Likely', open: 'Perhaps' }[certainty]
  return `${sure} ${name}: ${because.join('; ')}.${what}`
}

/** Why a rate was measured. */
export const purposeWords: Record<CapacityStep['purpose'], string> = {
  step: 'next rate',
  bisect: 'between what held and what broke',
  confirm: 'once more',
}

/** In how far the figures are those of the generator or its machine; `null` when they are not. */
export function overloadedWords({ steps }: Capacity): string | null {
  const codes = [...new Set(steps.flatMap(({ warnings }) => warnings.map(({ code }) => code)))]
  return codes.length === 0
    ? null
    : `In some steps the generator or its machine was overloaded (${codes.join(', ')}): there, the figures say more of it than of the stack.`
}

/**
 * Says how one step went, on one line.
 *
 * @example '4.00/s breaks: success >= 99% (it was 81%); p95 12.4 s'
 */
export function stepWords({
  ratePerSecond,
  held,
  thresholds,
  stopped,
  flowMs,
  flowsPerSecond,
}: CapacityStep): string {
  const broken = thresholds
    .filter(({ passed }) => !passed)
    .map(({ expression, actual, unit }) => `${expression} (it was ${formatMeasured(actual, unit)})`)
  const why = [...broken, ...(stopped === null ? [] : [`stopped: ${stopped}`])].join(', ')
  const figures = `${formatRate(flowsPerSecond)} flows/s, p50 ${formatMs(flowMs.p50)}, p95 ${formatMs(flowMs.p95)}`
  return `${formatRate(ratePerSecond)}/s ${held ? 'holds' : `breaks: ${why}`}; ${figures}`
}
