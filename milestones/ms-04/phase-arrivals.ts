/** Users who arrived in ramp-up, sustain and ramp-down, next to the expected numbers. */
export type PhaseArrivals = {
  expected: [up: number, sustained: number, down: number]
  arrived: [up: number, sustained: number, down: number]
  /** Whether the rate rose, peaked and fell, with about the expected number of users in each phase. */
  isAsExpected: boolean
}

/**
 * Counts the users of three phases of equal length: from zero to the peak, at the peak, and back to zero.
 *
 * A user due at the very end of a phase starts a moment later but belongs to it, so starts may be late by half a gap at the
 * full rate.
 *
 * @param startedMs when users started, in milliseconds since the start of the run
 * @param peak users per second
 * @example phaseArrivals(flows.map(({ startedMs }) => startedMs), 3, 2).expected // [3, 6, 3]
 */
export function phaseArrivals(
  startedMs: readonly number[],
  phaseSeconds: number,
  peak: number,
): PhaseArrivals {
  const phaseOf = (atMs: number): number => Math.floor((atMs - 500 / peak) / (phaseSeconds * 1000))
  const arrivedIn = (phase: number): number =>
    startedMs.filter((atMs) => Math.max(0, phaseOf(atMs)) === phase).length
  const users = peak * phaseSeconds
  const expected: PhaseArrivals['expected'] = [users / 2, users, users / 2]
  const arrived: PhaseArrivals['arrived'] = [arrivedIn(0), arrivedIn(1), arrivedIn(2)]
  const [up, sustained, down] = arrived
  const isNear = (count: number, of: number): boolean => Math.abs(count - of) <= Math.max(1, of / 10)
  return {
    expected,
    arrived,
    isAsExpected:
      sustained > up && sustained > down && expected.every((of, phase) => isNear(arrived[phase] ?? 0, of)),
  }
}
