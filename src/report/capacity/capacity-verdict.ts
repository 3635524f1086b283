import type { Capacity, CapacityStep } from '../../results/capacity-schema.ts'
import { dependencyName } from '../dependency-name.ts'
import type { Finding } from '../finding.ts'
import { describeLoad } from '../findings.ts'
import { formatMeasured, formatMs, formatRate, formatShare } from '../format-value.ts'
import type { Verdict } from '../verdict.ts'

/**
 * Says what a search for the capacity found, and how certain it is.
 *
 * @example capacityVerdict(capacity).headline // 'The capacity is 4.76 users per second.'
 */
export function capacityVerdict(capacity: Capacity): Verdict {
  return { ...headlineOf(capacity), lead: leadOf(capacity) }
}

function headlineOf({ capacity, search }: Capacity): Pick<Verdict, 'tone' | 'headline'> {
  const { ratePerSecond, brokeAtPerSecond } = capacity
  if (ratePerSecond === null) {
    return brokeAtPerSecond === null
      ? { tone: 'warn', headline: 'The search ended before any rate was measured.' }
      : {
          tone: 'bad',
          headline: `No rate holds: the lowest rate, ${formatRate(brokeAtPerSecond)} users per second, already breaks.`,
        }
  }
  const atLeast = brokeAtPerSecond === null ? 'at least ' : ''
  return {
    tone: search.stopped === null ? 'good' : 'warn',
    headline: `The capacity is ${atLeast}${formatRate(ratePerSecond)} users per second.`,
  }
}

function leadOf({ capacity, search, steps }: Capacity): string {
  const { ratePerSecond, brokeAtPerSecond, runs, held, confidence } = capacity
  const sentences: string[] = []
  if (ratePerSecond !== null) {
    sentences.push(
      `At ${formatRate(ratePerSecond)}/s all thresholds were met in ${held} of ${runs} runs (confidence ${formatShare(confidence)}).`,
    )
  }
  if (brokeAtPerSecond !== null)
    sentences.push(`The lowest rate that broke is ${formatRate(brokeAtPerSecond)}/s.`)
  else if (ratePerSecond !== null && search.stopped === null) {
    sentences.push('This is the highest rate allowed; nothing broke.')
  }
  if (search.stopped !== null) sentences.push(`The search ended early: ${search.stopped.message}.`)
  sentences.push(
    `${steps.length} steps of ${formatMs(search.stepMs)}, ${formatMs(search.durationMs)} in total.`,
  )
  return sentences.join(' ')
}

/** What broke first, whether the generator was overloaded, and the problems of the search. */
export function capacityFindings(capacity: Capacity): Finding[] {
  const { problems } = capacity
  const overloaded = overloadedSteps(capacity)
  const findings = problems.map(
    ({ code, message }): Finding => ({ title: code, tone: 'bad', text: message, hint: null }),
  )
  findings.push(brokeFirst(capacity))
  if (overloaded !== null) {
    findings.push({ title: 'Generator overloaded', tone: 'warn', text: overloaded, hint: null })
  }
  return findings
}

/** The component that broke first, and the evidence. */
function brokeFirst({ brokeFirst }: Capacity): Finding {
  const title = 'What broke first'
  if (brokeFirst === null) {
    const hint = 'Raise --capacity-max to find the limit.'
    return { title, tone: 'plain', text: 'Nothing broke.', hint }
  }
  const { component, certainty, growthShare, growthMs, load } = brokeFirst
  const broken = failedThresholds(brokeFirst).join(', ')
  const failed = broken === '' ? '' : ` Thresholds not met: ${broken}.`
  if (component === null) {
    return { title, tone: 'bad', text: `No single component stands out.${failed}`, hint: null }
  }
  const evidence: string[] = []
  if (growthShare !== null) {
    evidence.push(
      `its steps account for ${formatShare(growthShare)} of the time by which flows got slower (${formatMs(growthMs)})`,
    )
  }
  if (load !== null) {
    evidence.push(load.name === 'generator' ? `${formatShare(load.share)} of its cores` : describeLoad(load))
  }
  const sure = { clear: 'Clearly', likely: 'Probably', open: 'Possibly' }[certainty]
  const name = component === 'generator' ? 'the generator itself' : `the ${dependencyName(component)}`
  return { title, tone: 'bad', text: `${sure} ${name}: ${evidence.join('; ')}.${failed}`, hint: null }
}

function overloadedSteps({ steps }: Capacity): string | null {
  const codes = new Set(steps.flatMap(({ warnings }) => warnings.map(({ code }) => code)))
  return codes.size === 0
    ? null
    : `In some steps the generator or its machine was overloaded (${[...codes].join(', ')}). The figures of these steps describe the generator more than the stack.`
}

/** Lists the thresholds that were not met, with the measured values. */
export const failedThresholds = ({ thresholds }: Pick<CapacityStep, 'thresholds'>): string[] =>
  thresholds
    .filter(({ passed }) => !passed)
    .map(({ expression, actual, unit }) => `${expression} (measured ${formatMeasured(actual, unit)})`)
