/** How many users came in ramp-up, sustain and ramp-down, beside how many were asked for. */
export type PhaseArrivals = {
  asked: [up: number, sustained: number, down: number]
  came: [up: number, sustained: number, down: number]
  /** Whether they came slowly, then at the full rate, then slowly again, and were as many as was asked for. */
  isAsAsked: boolean
}

/**
 * Counts the users of three phases of equal length: from nobody to the peak, at the peak, and back to nobody.
 *
 * Who is due at the very end of a phase starts a moment later and belongs to it: half a gap at the full rate is allowed.
 *
 * @param startedMs when users started, in milliseconds of the run
 * @param peak users per second
 * @example phaseArrivals(flows.map(({ startedMs }) => startedMs), 3, 2).asked // [3, 6, 3]
 */
export function phaseArrivals(
  startedMs: readonly number[],
  phaseSeconds: number,
  peak: number,
): PhaseArrivals {
  const phaseOf = (atMs: number): number => Math.floor((atMs - 500 / peak) / (phaseSeconds * 1000))
  const camePhase = (phase: number): number =>
    startedMs.filter((atMs) => Math.max(0, phaseOf(atMs)) === phase).length
  const users = peak * phaseSeconds
  const asked: PhaseArrivals['asked'] = [users / 2, users, users / 2]
  const came: PhaseArrivals['came'] = [camePhase(0), camePhase(1), camePhase(2)]
  const [up, sustained, down] = came
  const isNear = (count: number, of: number): boolean => Math.abs(count - of) <= Math.max(1, of / 10)
  return {
    asked,
    came,
    isAsAsked: sustained > up && sustained > down && asked.every((of, phase) => isNear(came[phase] ?? 0, of)),
  }
}
