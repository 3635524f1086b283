import { type FaultPlace, parseFault } from '../../config/fault.ts'
import { type PartProcess, startPartProcess } from '../start-part-process.ts'

/**
 * Starts a proxy with the faults of one place in front of a part, in its own process. It passes every request on until it
 * receives `startFaultsMessage`.
 *
 * @returns `undefined` if the place has no faults
 */
export async function standInFront(options: {
  place: FaultPlace
  /** URL of the part. */
  upstream: string
  /** Faults of all places, as `--fault` has them. */
  faults?: readonly string[] | undefined
  seed: string
  signal?: AbortSignal | undefined
}): Promise<PartProcess | undefined> {
  const { place, upstream, faults = [], seed, signal } = options
  const own = faults.filter((text) => parseFault(text)?.place === place)
  if (own.length === 0) return undefined
  return await startPartProcess('faults', { port: 0, upstream, faults: own, held: true, seed }, signal)
}
