/** Where a nonce stands. */
export type NonceState = 'allocated' | 'submitted' | 'skipped'

/**
 * Gives out the nonces of one account and knows what became of each.
 *
 * | from \ event | allocate          | submit    | release (surely not sent) | confirmUpTo above it | reopen (reorg) |
 * |--------------|-------------------|-----------|---------------------------|----------------------|----------------|
 * | (fresh)      | allocated         | -         | -                         | confirmed            | -              |
 * | skipped      | allocated, lowest first | -   | -                         | confirmed            | -              |
 * | allocated    | -                 | submitted | skipped, or fresh at the top | confirmed         | -              |
 * | submitted    | -                 | submitted | skipped, or fresh at the top | confirmed         | -              |
 * | confirmed    | -                 | -         | -                         | confirmed            | submitted      |
 *
 * Every nonce below `confirmed` is in a block; each from there up to `next` has exactly one state; from `next` on all
 * are fresh. A nonce is never given out twice while it may be in use, and `next` never falls below `confirmed`.
 *
 * @example
 * const nonces = new NonceAllocator(await readTransactionCount(rpc, address))
 * const nonce = nonces.allocate(); nonces.submit(nonce); nonces.confirmUpTo(nonce + 1)
 */
export class NonceAllocator {
  /** How many transactions of the account are in blocks. */
  #confirmed: number
  /** The lowest nonce that was never given out. */
  #next: number
  readonly #states = new Map<number, NonceState>()

  constructor(confirmed: number) {
    this.#confirmed = confirmed
    this.#next = confirmed
  }

  /** How many transactions of the account are in blocks, as far as is known. */
  get confirmed(): number {
    return this.#confirmed
  }

  /** The lowest nonce that was never given out. */
  get next(): number {
    return this.#next
  }

  /** Gives out the lowest skipped nonce, else the next fresh one. */
  allocate(): number {
    const nonce = this.#lowest('skipped') ?? this.#next++
    this.#states.set(nonce, 'allocated')
    return nonce
  }

  /** A node has the transaction, or may have it. */
  submit(nonce: number): void {
    if (nonce >= this.#confirmed && nonce < this.#next) this.#states.set(nonce, 'submitted')
  }

  /** The transaction is surely in no node: the nonce is free again. */
  release(nonce: number): void {
    if (!this.#states.has(nonce)) return
    this.#states.set(nonce, 'skipped')
    while (this.#states.get(this.#next - 1) === 'skipped') {
      this.#next -= 1
      this.#states.delete(this.#next)
    }
  }

  /** The chain holds that many transactions of the account. Never goes back: a node that lags behind changes nothing. */
  confirmUpTo(count: number): void {
    if (count <= this.#confirmed) return
    for (const nonce of this.#states.keys()) if (nonce < count) this.#states.delete(nonce)
    this.#confirmed = count
    this.#next = Math.max(this.#next, count)
  }

  /** A reorganization took the transactions from this nonce on out of the chain; they are pending again. */
  reopen(nonce: number): void {
    for (let reopened = nonce; reopened < this.#confirmed; reopened += 1)
      this.#states.set(reopened, 'submitted')
    this.#confirmed = Math.min(this.#confirmed, nonce)
  }

  /** Skipped nonces, lowest first. Each of them holds up every submitted nonce above it. */
  gaps(): number[] {
    return [...this.#states]
      .filter(([, state]) => state === 'skipped')
      .map(([nonce]) => nonce)
      .sort((a, b) => a - b)
  }

  /** The state of a nonce; `confirmed` below the chain's count, `fresh` if it was never given out. */
  stateOf(nonce: number): NonceState | 'confirmed' | 'fresh' {
    if (nonce < this.#confirmed) return 'confirmed'
    return this.#states.get(nonce) ?? 'fresh'
  }

  #lowest(wanted: NonceState): number | undefined {
    let lowest: number | undefined
    for (const [nonce, state] of this.#states) {
      if (state === wanted && (lowest === undefined || nonce < lowest)) lowest = nonce
    }
    return lowest
  }
}
