import { isOpen, type LoadProfile, rateCurveOf } from '../load/profile.ts'

/**
 * Makes a function of the rate that a profile asks for at a time, in users per second; never 0. A closed profile has no
 * rate: there it is the mean of the starts so far.
 */
export function askedRate(profile: LoadProfile): (elapsedMs: number, started: number) => number {
  const { users, arrival } = profile
  const soFar = (elapsedMs: number, started: number): number =>
    Math.max(1, started) / Math.max(1, elapsedMs / 1000)
  if (!isOpen(profile)) return soFar
  if (arrival.kind === 'poisson' || arrival.kind === 'constant') {
    const curve = rateCurveOf(arrival)
    const mean = (users * 1000) / Math.max(1, curve.durationMs)
    return (elapsedMs) => Math.max(curve.rateAt(elapsedMs), mean)
  }
  const lengthMs = arrival.kind === 'replay' ? (arrival.dueMs.at(-1) ?? 0) : waveLengthMs(users, arrival)
  return lengthMs > 0 ? () => (users * 1000) / lengthMs : soFar
}

function waveLengthMs(users: number, arrival: LoadProfile['arrival']): number {
  return arrival.kind === 'wave' ? Math.ceil(users / arrival.size) * arrival.everyMs : 0
}
