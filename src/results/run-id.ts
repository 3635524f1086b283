/** Pattern of a run id, such as `20260801-142233-7f3k9a`. */
export const runIdPattern = /^\d{8}-\d{6}-[0-9a-z]{6}$/

/**
 * Makes the id of a run: its start in UTC, so that ids sort by time, and six random characters.
 *
 * @example makeRunId(new Date(), Math.random) // '20260801-142233-7f3k9a'
 */
export function makeRunId(startedAt: Date, random: () => number): string {
  const stamp = startedAt.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const tail = Math.floor(random() * 36 ** 6)
  return `${stamp}-${tail.toString(36).padStart(6, '0')}`
}
