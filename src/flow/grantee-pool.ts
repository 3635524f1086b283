import type { Target } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'

/**
 * Returns the grantees to spread a run's users over.
 *
 * @throws LoadTestError CONFIG_INVALID if the target has fewer
 */
export function granteesOf(
  { grantee, moreGrantees = [] }: Pick<Target, 'grantee' | 'moreGrantees'>,
  count: number,
): Target['grantee'][] {
  const all = [grantee, ...moreGrantees]
  if (count <= all.length) return all.slice(0, count)
  throw new LoadTestError(
    'CONFIG_INVALID',
    `--grantees ${count} are more than the ${all.length} that the target has.`,
    {
      hint:
        'Name more under moreGrantees in the target document, or in VANA_LOAD_MORE_GRANTEE_IDS; or give ' +
        `--grantees ${all.length}.`,
    },
  )
}

/**
 * Returns a user's grantee. A pure function of the user's number, so that it is the same on every machine.
 *
 * @param pool not empty
 */
export function pickGrantee<T>(pool: readonly T[], index: number): T {
  const grantee = pool[index % pool.length]
  if (grantee === undefined) throw new RangeError('There is no grantee.')
  return grantee
}
