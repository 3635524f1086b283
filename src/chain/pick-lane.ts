import { LoadTestError } from '../errors/load-test-error.ts'
import type { Lane } from './lane.ts'

/**
 * Picks the lane with most room; of equals the first.
 *
 * @throws LoadTestError `CONFIG_INVALID` without lanes.
 * @example const { hash } = await pickLane(lanes).send({ to, data, gas })
 */
export function pickLane(lanes: readonly Lane[]): Lane {
  const [first, ...rest] = lanes
  if (first === undefined) throw new LoadTestError('CONFIG_INVALID', 'At least one sending key is needed.')
  return rest.reduce((best, lane) => (lane.room > best.room ? lane : best), first)
}
