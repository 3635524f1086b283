import type { Address } from 'viem'
import { type Clock, systemClock } from '../../async/clock.ts'
import { raceAbort } from '../../async/race-abort.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { readTransactionCount } from '../rpc/chain-reads.ts'
import type { LaneEntry } from './lane-entry.ts'
import type { LaneNote, LaneOptions, LaneSend, LaneStatus, Submission } from './lane-options.ts'
import { LaneRepair } from './lane-repair.ts'
import { createLaneSender, type SendFirst } from './lane-send.ts'
import { createLaneSigner, type LaneSigner } from './lane-signing.ts'
import { NonceAllocator } from './nonce-allocator.ts'
import { PendingTransactions } from './pending-transactions.ts'
import { createSendWindow, type SendWindow } from './send-window.ts'

// What other rooms build on: new Lane({ rpc, feed, fees, account }).send({ to, data, gas, signal }) -> Submission.

/**
 * One sending key with one serial nonce allocator and a bounded window of pending transactions.
 *
 * A send that fails gives its nonce back; one whose fate is unknown keeps it, and the same bytes are offered again until
 * the chain has decided. "Nonce too low" takes the chain's count and never goes back. Gaps are filled with a transfer
 * of nothing to oneself, stuck transactions are replaced with higher fees up to the cap of the fee policy, and what a
 * reorganization takes away is sent again. After a restart the lane goes on from the chain.
 *
 * @example
 * const lane = new Lane({ rpc, feed, fees, account: toNativeAccount(key) })
 * const { hash } = await lane.send({ to, data, signal })
 * await lane.drain({ signal })
 * lane.close()
 */
export class Lane {
  readonly address: Address
  readonly #options: LaneOptions
  readonly #clock: Clock
  readonly #window: SendWindow
  readonly #pending: PendingTransactions
  readonly #signer: LaneSigner
  readonly #sendFirst: SendFirst
  readonly #counts = { sent: 0, confirmed: 0, replaced: 0, filledGaps: 0 }
  readonly #idle = new Set<() => void>()
  #sending = 0
  #nonces: NonceAllocator | undefined
  #starting: Promise<NonceAllocator> | undefined
  #repair: LaneRepair | undefined
  /** Ends the polling for this lane. */
  #unsubscribe: (() => void) | undefined
  /** Ends the listening, which goes on while others poll: what was confirmed may go away when the lane is idle. */
  #unsubscribeIdle: (() => void) | undefined
  #closed = false

  constructor(options: LaneOptions) {
    const { maxPending = 32, maxQueued = 1000, clock = systemClock } = options
    this.#options = options
    this.#clock = clock
    this.address = options.account.address
    this.#window = createSendWindow(maxPending, maxQueued)
    this.#signer = createLaneSigner({ ...options, clock })
    const note = (made: LaneNote): void => this.#note(made)
    this.#sendFirst = createLaneSender({ ...options, clock, signer: this.#signer, note })
    this.#pending = new PendingTransactions({
      nonces: () => this.#nonces,
      findBlock: (hash) => options.feed.find(hash),
      onSettled: (entry, event) => {
        if (event.type === 'confirmed') {
          this.#counts.confirmed += 1
          entry.ledger.mined?.(event.hash)
        } else for (const hash of entry.hashes) entry.ledger.unsent?.(hash)
        if (entry.holdsPlace) this.#window.leave()
        entry.holdsPlace = false
        entry.onEvent?.(event)
        this.#wakeIdle()
      },
    })
  }

  /** Free places less the sends that wait for one; what `createLanePicker` compares. */
  get room(): number {
    return (this.#options.maxPending ?? 32) - this.#window.taken - this.#window.queued
  }

  /**
   * Signs a transaction and hands it to a node.
   *
   * @returns once a node has taken it; a receipt is another matter, see `ReceiptHub`.
   * @throws LoadTestError a `CHAIN_*` code, `TX_REVERTED` (from the estimate), `LANE_BUSY`; the signal's reason. With
   * `details.mayBeSent` it may still be mined, and the lane goes on looking after it.
   */
  async send(request: LaneSend): Promise<Submission> {
    const { signal } = request
    if (this.#closed) throw new LoadTestError('ABORTED', 'The lane is closed.')
    await this.#window.enter({ signal })
    this.#sending += 1
    const sending = this.#send(request).finally(() => {
      this.#sending -= 1
      this.#wakeIdle()
    })
    return await raceAbort(sending, signal)
  }

  /** Waits until nothing is pending. @throws the signal's reason */
  async drain({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    while (this.#sending > 0 || this.#pending.byNonce.size > 0) {
      const idle = new Promise<void>((resolve) => this.#idle.add(resolve))
      await raceAbort(idle, signal)
    }
  }

  /** How the lane is doing. */
  status(): LaneStatus {
    const first = Math.min(...[...this.#pending.byNonce.values()].map(({ firstSentAtMs }) => firstSentAtMs))
    return {
      address: this.address,
      nextNonce: this.#nonces?.next ?? null,
      pending: this.#pending.byNonce.size,
      queued: this.#window.queued,
      oldestMs: Number.isFinite(first) ? this.#clock.now() - first : 0,
      ...this.#counts,
    }
  }

  /** Stops looking after what is pending; it may still be mined. */
  close(): void {
    this.#closed = true
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#unsubscribeIdle?.()
    this.#unsubscribeIdle = undefined
  }

  async #send(request: LaneSend): Promise<Submission> {
    let isTracked = false
    try {
      // From here on no block may be missed; the lane also gets those that it has not seen while it was idle.
      this.#listen()
      const nonces = await this.#start()
      const entry = await this.#sendFirst(request, nonces, (tracked) => {
        isTracked = true
        this.#track(tracked)
      })
      this.#counts.sent += 1
      const { signed, nonce, sentAtBlock, content, fees } = entry
      const submittedAtMs = this.#clock.now()
      return { hash: signed.hash, nonce, afterBlock: sentAtBlock, submittedAtMs, gas: content.gas, fees }
    } finally {
      // A tracked transaction keeps the place until it is settled.
      if (!isTracked) this.#window.leave()
      if (this.#hasGaps()) this.#listen()
    }
  }

  /** Takes the next nonce from the chain, at first use; transactions left pending by an earlier process are kept. */
  async #start(): Promise<NonceAllocator> {
    if (this.#nonces !== undefined) return this.#nonces
    this.#starting ??= (async () => {
      const { rpc } = this.#options
      const [latest, pending] = await Promise.all([
        readTransactionCount(rpc, this.address, { stickyKey: this.address }),
        readTransactionCount(rpc, this.address, { at: 'pending', stickyKey: this.address }),
      ])
      const nonces = new NonceAllocator(latest)
      while (nonces.next < pending) nonces.submit(nonces.allocate())
      return nonces
    })()
    try {
      this.#nonces = await this.#starting
      return this.#nonces
    } finally {
      this.#starting = undefined
    }
  }

  #track(entry: LaneEntry): void {
    this.#pending.add(entry)
    this.#listen()
  }

  #listen(): void {
    if (this.#closed) return
    this.#unsubscribeIdle ??= this.#options.feed.subscribe(
      {
        onBlock: (block) => this.#pending.onBlock(block),
        onReorg: (removed) => {
          this.#pending.onReorg(removed)
          if (this.#pending.byNonce.size > 0) this.#listen()
        },
      },
      { idle: true },
    )
    this.#unsubscribe ??= this.#options.feed.subscribe({
      onBlock: () => {},
      onTick: () => this.#onTick(),
    })
  }

  #onTick(): void {
    void this.#repairer().run()
    if (this.#pending.byNonce.size > 0 || this.#sending > 0 || this.#hasGaps()) return
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  #hasGaps(): boolean {
    return (this.#nonces?.gaps().length ?? 0) > 0
  }

  #repairer(): LaneRepair {
    this.#repair ??= new LaneRepair({
      ...this.#options,
      clock: this.#clock,
      pending: this.#pending,
      nonces: () => this.#nonces,
      isSending: () => this.#sending > 0,
      signer: this.#signer,
      track: (entry) => this.#track(entry),
      note: (note) => this.#note(note),
    })
    return this.#repair
  }

  #note(note: LaneNote): void {
    if (note.action === 'replaced') this.#counts.replaced += 1
    if (note.action === 'filled-gap') this.#counts.filledGaps += 1
    this.#options.onRepair?.(note)
  }

  #wakeIdle(): void {
    if (this.#sending > 0 || this.#pending.byNonce.size > 0) return
    for (const wake of this.#idle) wake()
    this.#idle.clear()
  }
}
