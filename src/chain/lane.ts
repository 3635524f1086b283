import type { Address } from 'viem'
import { type Clock, systemClock } from '../async/clock.ts'
import { raceAbort } from '../async/race-abort.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { broadcast, mayBeSent } from './broadcast.ts'
import { estimateGas, readTransactionCount, withMargin } from './chain-reads.ts'
import type { FeeQuote } from './fees.ts'
import type { LaneEntry } from './lane-entry.ts'
import { LaneLedger } from './lane-ledger.ts'
import type { LaneNote, LaneOptions, LaneSend, LaneStatus, Submission } from './lane-options.ts'
import { createLaneRepair, type LaneRepair } from './lane-repair.ts'
import { NonceAllocator } from './nonce-allocator.ts'
import { rejectionReason } from './rpc-error.ts'
import { createSendWindow, type SendWindow } from './send-window.ts'
import { mostWeiOf, signTransaction, type TransactionContent } from './sign-transaction.ts'

// What other rooms build on: new Lane({ rpc, feed, fees, account }).send({ to, data, gas, signal }) -> Submission.

type LaneListeners = { [name in 'onSigned' | 'onEvent']?: LaneSend[name] | undefined }
type LaneRequest = Omit<LaneSend, 'signal' | keyof LaneListeners>

/** How often a send looks for another nonce before it gives up. */
const maxNonceTries = 8

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
 * await lane.drain(signal)
 * lane.close()
 */
export class Lane {
  readonly address: Address
  readonly #options: LaneOptions
  readonly #clock: Clock
  readonly #window: SendWindow
  readonly #ledger: LaneLedger
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
    this.#ledger = new LaneLedger({
      nonces: () => this.#nonces,
      findBlock: (hash) => options.feed.find(hash),
      onSettled: (entry, event) => {
        if (event.type === 'confirmed') {
          this.#counts.confirmed += 1
          options.books?.mined(event.hash)
        } else for (const hash of entry.hashes) options.books?.unsent(hash)
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
  async send({ onSigned, onEvent, signal, ...request }: LaneSend): Promise<Submission> {
    if (this.#closed) throw new LoadTestError('ABORTED', 'The lane is closed.')
    await this.#window.enter(signal)
    this.#sending += 1
    const sending = this.#send(request, { onSigned, onEvent }, signal).finally(() => {
      this.#sending -= 1
      this.#wakeIdle()
    })
    return await raceAbort(sending, signal)
  }

  /** Waits until nothing is pending. @throws the signal's reason */
  async drain(signal?: AbortSignal): Promise<void> {
    while (this.#sending > 0 || this.#ledger.pending.size > 0) {
      const idle = new Promise<void>((resolve) => this.#idle.add(resolve))
      await raceAbort(idle, signal)
    }
  }

  /** How the lane is doing. */
  status(): LaneStatus {
    const first = Math.min(...[...this.#ledger.pending.values()].map(({ firstSentAtMs }) => firstSentAtMs))
    return {
      address: this.address,
      nextNonce: this.#nonces?.next ?? null,
      pending: this.#ledger.pending.size,
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

  async #send(
    request: LaneRequest,
    listeners: LaneListeners,
    signal: AbortSignal | undefined,
  ): Promise<Submission> {
    let tracked = false
    try {
      // From here on no block may be missed, and what the lane has not seen while it was idle it is told now.
      this.#listen()
      const nonces = await this.#start()
      const gas = request.gas ?? (await this.#estimate(request, signal))
      const content: TransactionContent = { ...request, gas }
      for (let tries = 1; ; tries += 1) {
        const { blockNumber, ...fees } = await this.#options.fees.current({ signal })
        signal?.throwIfAborted()
        const nonce = nonces.allocate()
        try {
          const entry = await this.#sign(nonce, content, fees, blockNumber, listeners)
          entry.holdsPlace = true
          try {
            await listeners.onSigned?.(entry.signed.hash)
            await broadcast(this.#options.rpc, entry.signed, { stickyKey: this.address, clock: this.#clock })
            entry.accepted = true
          } catch (error) {
            if (!mayBeSent(error)) {
              this.#options.books?.unsent(entry.signed.hash)
              throw error
            }
            tracked = true
            this.#track(entry)
            throw error
          }
          tracked = true
          return this.#accepted(entry)
        } catch (error) {
          if (tracked) throw error
          const reason = rejectionReason(error)
          if (reason === 'nonce-too-low') await this.#fastForward(nonces, nonce)
          // Somebody else's transaction waits at this nonce: leave it there and go on behind it.
          else if (reason === 'replacement-underpriced') {
            nonces.submit(nonce)
            this.#note({ action: 'passed-over', nonce, reason: "somebody else's transaction waits there" })
          } else nonces.release(nonce)
          const anotherNonce = reason === 'nonce-too-low' || reason === 'replacement-underpriced'
          if (!anotherNonce || tries >= maxNonceTries) throw error
        }
      }
    } finally {
      // A tracked transaction keeps the place until it is settled.
      if (!tracked) this.#window.leave()
      if (this.#hasGaps()) this.#listen()
    }
  }

  /** Takes the chain's word for the next nonce, at first use; what an earlier life left in the pool is not disturbed. */
  async #start(): Promise<NonceAllocator> {
    if (this.#nonces !== undefined) return this.#nonces
    this.#starting ??= (async () => {
      const { rpc } = this.#options
      const [latest, pending] = await Promise.all([
        readTransactionCount(rpc, this.address, 'latest', { stickyKey: this.address }),
        readTransactionCount(rpc, this.address, 'pending', { stickyKey: this.address }),
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

  async #estimate(request: LaneRequest, signal: AbortSignal | undefined) {
    const { to, data, value } = request
    const call = {
      from: this.address,
      to,
      ...(data === undefined ? {} : { data }),
      ...(value === undefined ? {} : { value }),
    }
    const estimate = await estimateGas(this.#options.rpc, call, { signal, stickyKey: this.address })
    return withMargin(estimate, 0.1)
  }

  async #sign(
    nonce: number,
    content: TransactionContent,
    fees: FeeQuote,
    blockNumber: number,
    { onSigned, onEvent }: LaneListeners = {},
  ): Promise<LaneEntry> {
    const { account, rpc } = this.#options
    const signed = await signTransaction(account, rpc.chainId, content, nonce, fees)
    const isRepair = content.to === this.address
    this.#options.books?.signed({ nonce, hash: signed.hash, mostWei: mostWeiOf(content, fees), isRepair })
    return {
      nonce,
      content,
      signed,
      fees,
      hashes: [signed.hash],
      accepted: false,
      sentAtBlock: blockNumber,
      firstSentAtMs: this.#clock.now(),
      holdsPlace: false,
      minedIn: undefined,
      onSigned,
      onEvent,
    }
  }

  #accepted(entry: LaneEntry): Submission {
    this.#counts.sent += 1
    this.#track(entry)
    const { nonce, signed, sentAtBlock, content, fees } = entry
    const submittedAtMs = this.#clock.now()
    return { hash: signed.hash, nonce, afterBlock: sentAtBlock, submittedAtMs, gas: content.gas, fees }
  }

  #track(entry: LaneEntry): void {
    this.#ledger.add(entry)
    this.#listen()
  }

  #listen(): void {
    if (this.#closed) return
    this.#unsubscribeIdle ??= this.#options.feed.subscribe(
      {
        onBlock: (block) => this.#ledger.onBlock(block),
        onReorg: (removed) => {
          this.#ledger.onReorg(removed)
          if (this.#ledger.pending.size > 0) this.#listen()
        },
      },
      { idle: true },
    )
    this.#unsubscribe ??= this.#options.feed.subscribe({
      onBlock: () => {},
      onTick: () => this.#onTick(),
    })
  }

  async #fastForward(nonces: NonceAllocator, refused: number): Promise<void> {
    // The node that refused knows better than one that lags behind, or does not answer.
    const count = await readTransactionCount(this.#options.rpc, this.address, 'latest', {
      stickyKey: this.address,
    }).catch(() => 0)
    nonces.confirmUpTo(Math.max(count, refused + 1))
    this.#note({
      action: 'fast-forwarded',
      nonce: nonces.next,
      reason: `nonce ${refused} was used elsewhere`,
    })
  }

  #onTick(): void {
    void this.#repairer().run()
    if (this.#ledger.pending.size > 0 || this.#sending > 0 || this.#hasGaps()) return
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  #hasGaps(): boolean {
    return (this.#nonces?.gaps().length ?? 0) > 0
  }

  #repairer(): LaneRepair {
    this.#repair ??= createLaneRepair({
      ...this.#options,
      clock: this.#clock,
      ledger: this.#ledger,
      nonces: () => this.#nonces,
      isSending: () => this.#sending > 0,
      sign: (nonce, content, fees, blockNumber) => this.#sign(nonce, content, fees, blockNumber),
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
    if (this.#sending > 0 || this.#ledger.pending.size > 0) return
    for (const wake of this.#idle) wake()
    this.#idle.clear()
  }
}
