import { parseThreshold, type Threshold, type ThresholdProblem } from './parse-threshold.ts'

/**
 * Checks a threshold before a run: its syntax, and that its metric can both meet and miss it. A threshold that cannot fail
 * protects nothing, and one that cannot hold would only be noticed after the whole run.
 *
 * Thresholds of past runs are only parsed, with {@link parseThreshold}.
 *
 * @example checkThreshold('success > 99')[0]?.suggestion // 'success > 99% or success > 0.99'
 */
export function checkThreshold(expression: string): ThresholdProblem[] {
  const { threshold, problems } = parseThreshold(expression)
  if (threshold === null) return problems
  const found = findIdle(threshold)
  return found === undefined ? [] : [{ expression, position: 0, ...found }]
}

type Finding = Pick<ThresholdProblem, 'message' | 'suggestion'>

function findIdle(threshold: Threshold): Finding | undefined {
  const { metricName, metric, operator, limit, ofShare } = threshold
  const isRatio = metric.unit === 'ratio' || ofShare
  if (isRatio && limit > 1 && !threshold.expression.includes('%')) return bareNumber(threshold)
  const max = isRatio && metric.isOfCores !== true ? 1 : Number.POSITIVE_INFINITY
  const isWhole = metric.share !== undefined && !ofShare
  const isOutside = limit < 0 || limit > max || (isWhole && !Number.isInteger(limit))
  const neverHolds = {
    '<': limit <= 0,
    '<=': limit < 0,
    '>': limit >= max,
    '>=': limit > max,
    '==': isOutside,
    '!=': false,
  }[operator]
  const neverFails = {
    '<': limit > max,
    '<=': limit >= max,
    '>': limit < 0,
    '>=': limit <= 0,
    '==': false,
    '!=': isOutside,
  }[operator]
  if (!neverHolds && !neverFails) return undefined
  const range = isRatio && max === 1 ? 'from 0% to 100%' : isWhole ? 'a whole number from 0' : 'never below 0'
  const message = `it can never ${neverHolds ? 'hold' : 'fail'}: ${metricName} is ${range}`
  return { message, suggestion: null }
}

/** Rejects a number above 1 without a unit: it almost always means per cent but would be read as a hundred times that. */
function bareNumber({ metricName, metric, operator, limit, expression }: Threshold): Finding {
  const of = metric.isOfCores === true ? 'a share of one core' : 'a share'
  const message = `${metricName} is ${of}, and ${limit} without a unit is ${limit * 100}%`
  const percent = expression.replace(/^(\S+ \S+ )([^\s%]+)/, '$1$2%')
  const isShare = metric.isOfCores !== true && limit <= 100
  const share = `${metricName} ${operator} ${Number((limit / 100).toPrecision(6))}`
  return { message, suggestion: isShare ? `${percent} or ${share}` : percent }
}
