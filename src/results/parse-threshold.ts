import { suggest } from '../config/suggest.ts'
import { errorCatalog } from '../errors/catalog.ts'
import { findMetric, type Metric, metricNames } from './threshold-metrics.ts'
import { unitExamples, unitSize } from './threshold-units.ts'

/** Comparison of a threshold. */
export const thresholdOperators = ['<=', '>=', '==', '!=', '<', '>'] as const

/** A condition that a run's measurements must meet. */
export type Threshold = {
  /** The expression, with single spaces. */
  expression: string
  metricName: string
  metric: Metric
  operator: (typeof thresholdOperators)[number]
  /** In the metric's unit, or a share from 0 to 1 with `ofShare`. */
  limit: number
  /** Whether the limit is a share of the arrivals that ended: `dropped < 1%`. */
  ofShare: boolean
  /** Time since the start of the run from which a failure ends the run, in ms; `null`: checked only at the end. */
  abortAfterMs: number | null
}

/** A problem of a threshold's expression. */
export type ThresholdProblem = {
  expression: string
  /** Position in the expression, from 0. */
  position: number
  message: string
  /** Suggested correction; `null` if nothing is close. */
  suggestion: string | null
}

/**
 * Parses a threshold: a metric, a comparison and a value with its unit; then optionally `abort`, to end the run when it fails,
 * or `abort after` and the time from which it is checked.
 *
 * @returns the threshold, or all its problems
 * @example parseThreshold('flow.p95 < 45s') // { threshold: { limit: 45000, ... } }
 * @example parseThreshold('success >= 85% abort after 30s') // { threshold: { abortAfterMs: 30000, ... } }
 */
export function parseThreshold(
  text: string,
): { threshold: Threshold; problems: [] } | { threshold: null; problems: ThresholdProblem[] } {
  const problems: ThresholdProblem[] = []
  const report = (position: number, message: string, suggestion: string | null = null) => {
    problems.push({ expression: text, position, message, suggestion })
  }

  const parts = /^(\s*)([^\s<>=!]*)(\s*)([<>=!]*)(\s*)(.*?)\s*$/s.exec(text)
  const [, lead = '', name = '', gap = '', operatorText = '', secondGap = '', restText = ''] = parts ?? []
  const operatorAt = lead.length + name.length + gap.length
  const valueAt = operatorAt + operatorText.length + secondGap.length
  const abortAt = /(?:^|\s+)abort(?:\s|$)/.exec(restText)?.index ?? restText.length
  const valueText = restText.slice(0, abortAt)
  const abortText = restText.slice(abortAt).trim().replaceAll(/\s+/g, ' ')

  const metric = findMetric(name, (code) => Object.hasOwn(errorCatalog, code))
  if (name === '') report(lead.length, 'a metric is missing', 'flow.p95 < 45s')
  else if (metric === null) report(lead.length, `there is no metric "${name}"`, suggestMetric(name))

  const operator = thresholdOperators.find((known) => known === operatorText)
  if (operator === undefined) {
    const found = operatorText === '' ? 'a comparison is missing' : `"${operatorText}" is not a comparison`
    report(operatorAt, `${found}; use one of < <= > >= == !=`, suggestOperator(operatorText))
  }

  const limit = readLimit(valueText, metric, (offset, message) => report(valueAt + offset, message))
  const abortAfterMs = readAbort(abortText, (message) => report(valueAt + abortAt, message))
  if (metric === null || operator === undefined || limit === null || abortAfterMs === undefined) {
    return { threshold: null, problems }
  }
  const expression = `${name} ${operator} ${valueText}${abortText === '' ? '' : ` ${abortText}`}`
  return {
    threshold: { expression, metricName: name, metric, operator, ...limit, abortAfterMs },
    problems: [],
  }
}

/**
 * Parses thresholds and reports all their problems at once.
 *
 * @example parseThresholds(['flow.p95 < 45s', 'success >= 85%']).thresholds.length // 2
 */
export function parseThresholds(texts: readonly string[]): {
  thresholds: Threshold[]
  problems: ThresholdProblem[]
} {
  const parsed = texts.map(parseThreshold)
  return {
    thresholds: parsed.flatMap(({ threshold }) => (threshold === null ? [] : [threshold])),
    problems: parsed.flatMap(({ problems }) => problems),
  }
}

/** Formats a problem: the expression, a mark under the position, and the message. */
export function describeThresholdProblem({
  expression,
  position,
  message,
  suggestion,
}: ThresholdProblem): string {
  const hint = suggestion === null ? '' : `; did you mean ${suggestion}?`
  return `${expression}\n${' '.repeat(position)}^ ${message}${hint}`
}

function readLimit(
  text: string,
  metric: Metric | null,
  report: (offset: number, message: string) => void,
): { limit: number; ofShare: boolean } | null {
  const examples = metric === null ? '45s, 85% or 12' : unitExamples[metric.unit]
  if (text === '') {
    report(0, `a value is missing, such as ${examples}`)
    return null
  }
  const parts = /^([+-]?(?:\d[\d_]*)?(?:\.\d+)?(?:e[+-]?\d+)?)(\s*)(\S*)$/i.exec(text)
  const digits = parts?.[1] ?? ''
  if (!/\d/.test(digits)) {
    report(0, `"${text}" is not a value; write ${examples}`)
    return null
  }
  const amount = Number(digits.replaceAll('_', ''))
  const unit = parts?.[3] ?? ''
  if (metric === null) return null
  if (unit === '%' && metric.share !== undefined) return { limit: amount / 100, ofShare: true }
  const size = unitSize(metric.unit, unit)
  if (size === null) {
    const found = unit === '' ? 'the value has no unit' : `"${unit}" is not a unit of this metric`
    report(digits.length + (parts?.[2]?.length ?? 0), `${found}; write ${examples}`)
    return null
  }
  return { limit: amount * size, ofShare: false }
}

/** Parses `abort` or `abort after 30s`; `null` for an empty text, `undefined` for an invalid one. */
function readAbort(text: string, report: (message: string) => void): number | null | undefined {
  if (text === '') return null
  if (text === 'abort') return 0
  const [, amount = '', unit = ''] = /^abort after (\d+(?:\.\d+)?) ?([a-zµ]+)$/i.exec(text) ?? []
  const size = unitSize('ms', unit)
  if (amount !== '' && size !== null) return Number(amount) * size
  report(`"${text}" is not understood; write abort, or abort after 30s`)
  return undefined
}

function suggestMetric(name: string): string | null {
  const [kind, code] = name.split('.')
  if (kind === 'errors' && code !== undefined) {
    const known = suggest(code, Object.keys(errorCatalog))
    return known === undefined ? null : `errors.${known}`
  }
  // A name without dots is compared as a whole, since its last part alone, such as p95, means nothing.
  const undotted = new Map(metricNames.map((known) => [known.replaceAll('.', '_'), known]))
  return undotted.get(suggest(name.replaceAll('.', '_'), undotted.keys()) ?? '') ?? null
}

function suggestOperator(text: string): string | null {
  if (text === '=' || text === '===') return '=='
  if (text === '=<') return '<='
  if (text === '=>') return '>='
  return text === '<>' ? '!=' : null
}
