import { formatDuration } from '../load/duration.ts'
import { defaultModelBounds, type ModelBehaviour } from './kinds/model-behaviour.ts'
import type { Problem } from './problem.ts'
import type { Resolved } from './resolve-parameters.ts'

/**
 * Finds a median of the model's times that lies outside their bounds: every answer would take the bound, and no run would
 * have the median that it was asked for.
 *
 * @param values by key, those that could be read
 */
export function modelProblems(values: ReadonlyMap<string, Resolved>): Problem[] {
  const median = values.get('testbed.inferenceMedian')
  const behaviour = values.get('testbed.inference')?.value as ModelBehaviour | undefined
  if (typeof median?.value !== 'number') return []
  const { minMs, maxMs } = { ...defaultModelBounds, ...behaviour }
  const outside =
    median.value > maxMs ? 'above the maximum' : median.value < minMs ? 'below the minimum' : null
  if (outside === null) return []
  const bound = outside === 'above the maximum' ? maxMs : minMs
  const word = outside === 'above the maximum' ? 'max' : 'min'
  return [
    {
      key: 'testbed.inferenceMedian',
      source: median.source,
      found:
        `the median ${formatDuration(median.value)} is ${outside} of ${formatDuration(bound)}; ` +
        `set both, such as --inference ${word}=${formatDuration(median.value * (word === 'max' ? 3 : 0.5))}`,
    },
  ]
}
