import { type Arrival, arrivals } from './arrivals.ts'
import { executeClosed } from './closed-executor.ts'
import type { ExecutorOptions } from './executor.ts'
import { executeOpen } from './open-executor.ts'
import { type ClosedArrival, isOpen, type LoadProfile } from './profile.ts'
import { type LoadIndex, type Part, shareOf, toLoadIndex } from './split.ts'

/** Options of {@link runProfile}. */
export type RunProfileOptions = Omit<ExecutorOptions, 'concurrency'> & {
  seed: string
  /** Share of the load to run. */
  part: Part
  /** Users that another program requests. @default users are due as in the profile */
  asked?: AsyncIterable<Arrival> | undefined
}

/**
 * Runs one part of a profile: starts its users when they are due and returns when all of them have ended.
 *
 * @example await runProfile(profile, { seed, part, clock, gate: openGate, signal, onArrival, user, onDropped })
 */
export async function runProfile(profile: LoadProfile, options: RunProfileOptions): Promise<void> {
  const { seed, part, asked, ...executor } = options
  const { patienceMs } = profile
  const concurrency = shareOf(profile.concurrency, part)
  if (asked) return executeOpen({ ...executor, arrivals: asked, concurrency, patienceMs })
  if (isOpen(profile)) {
    return executeOpen({ ...executor, arrivals: arrivals(profile, seed, part), concurrency, patienceMs })
  }
  const { arrival } = profile as LoadProfile<ClosedArrival>
  const delayMs = arrival.kind === 'batch' ? arrival.delayMs : 0
  const size = arrival.kind === 'batch' ? arrival.size : profile.users
  const batches = batchesOfPart(profile.users, size, part)
  return executeClosed({ ...executor, batches, delayMs, concurrency })
}

/**
 * Yields the users of each batch that belong to a part. Parts do not communicate, so each waits only for its own share of a
 * batch.
 *
 * @example [...batchesOfPart(5, 4, { index: 0, count: 2 })].map((batch) => [...batch]) // [[0, 2], [4]]
 */
export function* batchesOfPart(
  users: number,
  size: number,
  part: Part,
): Generator<Iterable<LoadIndex>, void, undefined> {
  for (let from = 0; from < users; from += size) {
    const to = Math.min(from + size, users)
    // The first user of the batch in this part: without one, there is nothing to wait for.
    const first = from + ((part.index - (from % part.count) + part.count) % part.count)
    if (first < to) yield usersBetween(first, to, part.count)
  }
}

function* usersBetween(first: number, to: number, step: number): Generator<LoadIndex, void, undefined> {
  for (let index = first; index < to; index += step) yield toLoadIndex(index)
}
