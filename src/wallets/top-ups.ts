/** Payments to wallets that have to hold more than they were given, see {@link createTopUps}. */
export type TopUps = {
  /** Resolves once a wallet holds at least so much. @throws what paying it throws; what `end` was called with */
  ask(user: number, wei: bigint): Promise<void>
  /** Pays nobody any more but those whose payment has begun. */
  end(error: unknown): void
  /** Resolves when no payment is in flight. */
  settled(): Promise<void>
  /** How many wallets wait. */
  waiting(): number
}

type Request = { user: number; wei: bigint; resolve(): void; reject(error: unknown): void }

/**
 * Collects wallets that need more at the same time, and pays many of them in one transaction: when the price of gas rises,
 * all users in flight ask within a block.
 *
 * @param options.pay brings wallets to an amount; those of one call get the highest that one of them asked for
 * @example const topUps = createTopUps({ batchSize: 100, maxBatches: 2, pay: (users, wei) => fund(users, wei) })
 */
export function createTopUps(options: {
  batchSize: number
  maxBatches: number
  pay(users: readonly number[], wei: bigint): Promise<void>
}): TopUps {
  const { batchSize, maxBatches, pay } = options
  let due: Request[] = []
  const inFlight = new Set<Promise<void>>()
  let paying = 0
  let ended: { error: unknown } | undefined

  async function payBatch(batch: readonly Request[]): Promise<void> {
    const users = [...new Set(batch.map(({ user }) => user))]
    const amounts = batch.map(({ wei }) => wei).toSorted((a, b) => (a < b ? -1 : 1))
    paying += batch.length
    try {
      await pay(users, amounts.at(-1) ?? 0n)
      for (const { resolve } of batch) resolve()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
    paying -= batch.length
  }

  /** The same wallet is never in two payments at once: each would pay all that it lacks. */
  const busy = new Set<number>()
  function pump(): void {
    while (inFlight.size < maxBatches) {
      const batch = due.filter(({ user }) => !busy.has(user)).slice(0, batchSize)
      if (batch.length === 0) return
      due = due.filter((request) => !batch.includes(request))
      for (const { user } of batch) busy.add(user)
      const work = payBatch(batch).finally(() => {
        for (const { user } of batch) busy.delete(user)
        inFlight.delete(work)
        pump()
      })
      inFlight.add(work)
    }
  }

  return {
    ask: (user, wei) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended.error)
        due.push({ user, wei, resolve, reject })
        pump()
      }),
    end(error) {
      ended ??= { error }
      const given = due
      due = []
      for (const { reject } of given) reject(error)
    },
    async settled() {
      while (inFlight.size > 0) await Promise.all(inFlight)
    },
    waiting: () => due.length + paying,
  }
}
