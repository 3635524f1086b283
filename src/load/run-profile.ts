import { type Arrival, arrivals } from './arrivals.ts'
import { type ClosedArrival, isOpen, type LoadProfile } from './profile.ts'
import { type Part, shareOf } from './split.ts'
import { startBatches } from './start-batches.ts'
import { type ExecutorOptions, startUsers } from './start-users.ts'

/** What {@link runProfile} needs besides the profile. */
export type RunProfileOptions = Omit<ExecutorOptions, 'concurrency'> & {
  seed: string
  /** Which share of the load to carry. */
  part: Part
  /** Users that come as somebody else asks for them, rather than when the profile has them due. */
  asked?: AsyncIterable<Arrival> | undefined
}

/**
 * Carries one part of a profile: starts its users when they are due, and returns when all of them have ended.
 *
 * @example await runProfile(profile, { seed, part, clock: systemClock, gate: openGate, signal, user, onDropped })
 */
export async function runProfile(profile: LoadProfile, options: RunProfileOptions): Promise<void> {
  const { seed, part, asked, ...executor } = options
  const concurrency = shareOf(profile.concurrency, part)
  if (asked) {
    return startUsers({ ...executor, arrivals: asked, concurrency, patienceMs: profile.patienceMs })
  }
  if (isOpen(profile)) {
    const { patienceMs } = profile
    return startUsers({ ...executor, arrivals: arrivals(profile, seed, part), concurrency, patienceMs })
  }
  const { arrival } = profile as LoadProfile<ClosedArrival>
  const delayMs = arrival.kind === 'batch' ? arrival.delayMs : 0
  const size = arrival.kind === 'batch' ? arrival.size : profile.users
  return startBatches({
    ...executor,
    batches: batchesOfPart(profile.users, size, part),
    delayMs,
    concurrency,
  })
}

/**
 * The users of each batch that are of a part. Each part waits for the end of its own share of a batch: parts do not talk.
 *
 * @example [...batchesOfPart(5, 4, { index: 0, count: 2 })].map((batch) => [...batch]) // [[0, 2], [4]]
 */
export function* batchesOfPart(
  users: number,
  size: number,
  part: Part,
): Generator<Iterable<number>, void, undefined> {
  for (let from = 0; from < users; from += size) {
    const to = Math.min(from + size, users)
    // The first of the batch that is of this part: without one, there is nothing to wait for.
    const first = from + ((part.index - (from % part.count) + part.count) % part.count)
    if (first < to) yield usersBetween(first, to, part.count)
  }
}

function* usersBetween(first: number, to: number, step: number): Generator<number, void, undefined> {
  for (let index = first; index < to; index += step) yield index
}
