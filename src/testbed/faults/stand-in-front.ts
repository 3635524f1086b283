import { type FaultPlace, parseFault } from '../../config/fault.ts'
import { type PartProcess, startPartProcess } from '../start-part-process.ts'

/**
 * Puts a proxy with the faults of one place in front of a part, in a process of its own. It passes everything on until
 * it is sent `startFaultsMessage`.
 *
 * @returns `undefined` when there are no faults for that place
 */
export async function standInFront(
  place: FaultPlace,
  upstream: string,
  { faults = [], seed = '1' }: { faults?: readonly string[]; seed?: string },
  signal: AbortSignal | undefined,
): Promise<PartProcess | undefined> {
  const own = faults.filter((text) => parseFault(text)?.place === place)
  if (own.length === 0) return undefined
  return await startPartProcess('faults', { port: 0, upstream, faults: own, held: true, seed }, signal)
}
