import { createIndexSet } from './index-set.ts'

/**
 * Which users are to be funded next: in the order in which they come, as far ahead of those who have come as asked for,
 * and no further.
 */
export type FundingQueue = {
  /** A user has come. False if there is no such user. */
  ask(user: number): boolean
  /** Takes users to fund: a full batch, or fewer if somebody in it is already here or nobody follows. Empty: not yet. */
  take(): number[]
  /** How many users are in no batch yet. */
  readonly due: number
}

/** Settings of {@link createFundingQueue}. */
export type FundingQueueOptions = {
  /** All users, each once, in the order of their arrival; read as needed. */
  users: Iterable<number>
  /** How many users beyond the last that has come are funded. */
  aheadUsers: number
  /** Most users in a batch. */
  batchSize: number
}

/**
 * Makes the queue of a funding pool. Apart from a bit for each user it holds only those between the last that came and
 * the horizon, so its memory does not grow with the number of users.
 *
 * @example const queue = createFundingQueue({ users, aheadUsers: 200, batchSize: 100 }); queue.take()
 */
export function createFundingQueue({ users, aheadUsers, batchSize }: FundingQueueOptions): FundingQueue {
  const source = users[Symbol.iterator]()
  // A batch that the horizon can't fill would never be full.
  const fullBatch = Math.max(1, Math.min(batchSize, Math.ceil(aheadUsers / 2)))
  const seen = createIndexSet()
  /** Place of each user in the line, of those after the last that came. */
  const places = new Map<number, number>()
  const due: number[] = []
  const wanted = new Set<number>()
  let read = 0
  let horizon = aheadUsers
  let ended = false

  function readOne(): void {
    const next = source.next()
    if (next.done) {
      ended = true
      return
    }
    seen.add(next.value)
    places.set(next.value, read)
    due.push(next.value)
    read += 1
  }

  return {
    ask(user) {
      while (!seen.has(user) && !ended) readOne()
      if (!seen.has(user)) return false
      if (due.includes(user)) wanted.add(user)
      const place = places.get(user)
      // Users who come out of turn, behind one who has come, move nothing.
      if (place === undefined) return true
      horizon = place + 1 + aheadUsers
      for (const [earlier, at] of places) {
        if (at > place) break
        places.delete(earlier)
      }
      return true
    },
    take() {
      while (!ended && read < horizon) readOne()
      const isFull = due.length >= fullBatch || (ended && due.length > 0)
      if (!isFull && wanted.size === 0) return []
      const batch = due.splice(0, batchSize)
      for (const user of batch) wanted.delete(user)
      return batch
    },
    get due() {
      return due.length
    },
  }
}
