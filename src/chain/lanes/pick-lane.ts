import { LoadTestError } from '../../errors/load-test-error.ts'

/**
 * Makes the choice among lanes: the one with most room; of equals the one after that picked last, so that all of them
 * spend alike.
 *
 * @returns the function that picks, leaving out those of `except` while there are others; it throws LoadTestError
 * `CONFIG_INVALID` without lanes
 * @example const pick = createLanePicker(lanes); const { hash } = await pick().send({ to, data, gas })
 */
export function createLanePicker<Lane extends { readonly room: number }>(
  lanes: readonly Lane[],
): (except?: ReadonlySet<Lane>) => Lane {
  let next = 0
  return (except) => {
    const inTurn = [...lanes.slice(next), ...lanes.slice(0, next)]
    const others = inTurn.filter((lane) => !except?.has(lane))
    const [first, ...rest] = others.length > 0 ? others : inTurn
    if (first === undefined) throw new LoadTestError('CONFIG_INVALID', 'At least one sending key is needed.')
    const best = rest.reduce((found, lane) => (lane.room > found.room ? lane : found), first)
    next = (lanes.indexOf(best) + 1) % lanes.length
    return best
  }
}
