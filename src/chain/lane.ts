import type { Address, Hash, Hex, LocalAccount } from 'viem'
import { type Clock, systemClock } from '../async/clock.ts'
import { raceAbort } from '../async/race-abort.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { BlockFeed, SeenBlock } from './block-feed.ts'
import { broadcast, mayBeSent } from './broadcast.ts'
import { estimateGas, readTransactionCount } from './chain-reads.ts'
import type { FeeQuote, Fees } from './fees.ts'
import type { LaneEntry, LaneEvent } from './lane-entry.ts'
import { createLaneRepair, type LaneRepair } from './lane-repair.ts'
import { NonceAllocator } from './nonce-allocator.ts'
import { rejectionReason } from './rpc-error.ts'
import type { RpcPool } from './rpc-pool.ts'
import { createSendWindow, type SendWindow } from './send-window.ts'
import { signTransaction, type TransactionContent } from './sign-transaction.ts'

// What other rooms build on: new Lane({ rpc, feed, fees, account }).send({ to, data, gas, signal }) -> Submission.

/** Settings of {@link Lane}. */
export type LaneOptions = {
  rpc: RpcPool
  feed: BlockFeed
  fees: Fees
  /** The key that pays; nobody else may send with it while the lane is up. */
  account: LocalAccount
  /** Transactions that may be in flight at once. @default 32 */
  maxPending?: number
  /** Sends that may wait for a place before more are refused with `LANE_BUSY`. @default 1000 */
  maxQueued?: number
  /** Blocks without progress after which the transaction at the head of the line is sent again. @default 8 */
  stuckAfterBlocks?: number
  /** The same in milliseconds, for chains that make no blocks while nothing happens. @default 60_000 */
  stuckAfterMs?: number
  /** Called when the lane repairs itself, e.g. for a log. */
  onRepair?: (note: LaneNote) => void
  /** @default the process's clock */
  clock?: Clock
}

/** What a lane did to keep going. */
export type LaneNote = {
  action: 'rebroadcast' | 'replaced' | 'filled-gap' | 'fast-forwarded' | 'gave-up'
  nonce: number
  hash?: Hash
  reason?: string
}

/** What to send. */
export type LaneSend = {
  to: Address
  data?: Hex
  /** Wei. @default 0 */
  value?: bigint
  /** Gas limit. @default the node's estimate and a tenth */
  gas?: bigint
  /** Gives up waiting; a transaction that was already signed is still sent and looked after. */
  signal?: AbortSignal | undefined
  onEvent?: (event: LaneEvent) => void
}

/** A transaction on its way. */
export type Submission = {
  hash: Hash
  nonce: number
  /** Newest block when it was sent, for `ReceiptHub.waitForReceipt`. */
  afterBlock: number
  /** When the node had taken it, `performance.now()`. */
  submittedAtMs: number
  gas: bigint
  fees: FeeQuote
}

/** How a lane is doing. */
export type LaneStatus = {
  address: Address
  /** The next fresh nonce; `null` before the first use. */
  nextNonce: number | null
  /** Sent and in no block yet. */
  pending: number
  /** Waiting for a place. */
  queued: number
  /** Age of the oldest pending transaction, milliseconds. */
  oldestMs: number
  sent: number
  confirmed: number
  replaced: number
  filledGaps: number
}

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
  readonly #entries = new Map<number, LaneEntry>()
  /** In a block, but not so deep that a reorganization could not bring them back. */
  readonly #settled = new Map<number, LaneEntry>()
  readonly #counts = { sent: 0, confirmed: 0, replaced: 0, filledGaps: 0 }
  readonly #idle = new Set<() => void>()
  #sending = 0
  #nonces: NonceAllocator | undefined
  #starting: Promise<NonceAllocator> | undefined
  #repair: LaneRepair | undefined
  #unsubscribe: (() => void) | undefined
  #closed = false

  constructor(options: LaneOptions) {
    const { maxPending = 32, maxQueued = 1000, clock = systemClock } = options
    this.#options = options
    this.#clock = clock
    this.address = options.account.address
    this.#window = createSendWindow(maxPending, maxQueued)
  }

  /** Free places less the sends that wait for one; what {@link pickLane} compares. */
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
  async send({ onEvent, signal, ...request }: LaneSend): Promise<Submission> {
    if (this.#closed) throw new LoadTestError('ABORTED', 'The lane is closed.')
    await this.#window.enter(signal)
    this.#sending += 1
    const sending = this.#send(request, onEvent, signal).finally(() => {
      this.#sending -= 1
      this.#wakeIdle()
    })
    return await raceAbort(sending, signal)
  }

  /** Waits until nothing is pending. @throws the signal's reason */
  async drain(signal?: AbortSignal): Promise<void> {
    while (this.#sending > 0 || this.#entries.size > 0) {
      const idle = new Promise<void>((resolve) => this.#idle.add(resolve))
      await raceAbort(idle, signal)
    }
  }

  /** How the lane is doing. */
  status(): LaneStatus {
    const first = Math.min(...[...this.#entries.values()].map(({ firstSentAtMs }) => firstSentAtMs))
    return {
      address: this.address,
      nextNonce: this.#nonces?.next ?? null,
      pending: this.#entries.size,
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
  }

  async #send(
    request: Omit<LaneSend, 'signal' | 'onEvent'>,
    onEvent: LaneSend['onEvent'],
    signal: AbortSignal | undefined,
  ): Promise<Submission> {
    let tracked = false
    try {
      const nonces = await this.#start()
      const gas = request.gas ?? (await this.#estimate(request, signal))
      const content: TransactionContent = { ...request, gas }
      for (let tries = 1; ; tries += 1) {
        const { blockNumber, ...fees } = await this.#options.fees.current({ signal })
        signal?.throwIfAborted()
        const nonce = nonces.allocate()
        try {
          // From here on no block may be missed.
          this.#listen()
          const entry = await this.#sign(nonce, content, fees, blockNumber, onEvent)
          entry.holdsPlace = true
          try {
            await broadcast(this.#options.rpc, entry.signed, { stickyKey: this.address, clock: this.#clock })
            entry.accepted = true
          } catch (error) {
            if (!mayBeSent(error)) throw error
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
          else if (reason === 'replacement-underpriced') nonces.submit(nonce)
          else nonces.release(nonce)
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

  async #estimate(request: Omit<LaneSend, 'signal' | 'onEvent'>, signal: AbortSignal | undefined) {
    const { to, data, value } = request
    const call = {
      from: this.address,
      to,
      ...(data === undefined ? {} : { data }),
      ...(value === undefined ? {} : { value }),
    }
    const estimate = await estimateGas(this.#options.rpc, call, { signal, stickyKey: this.address })
    return (estimate * 11n) / 10n
  }

  async #sign(
    nonce: number,
    content: TransactionContent,
    fees: FeeQuote,
    blockNumber: number,
    onEvent?: LaneSend['onEvent'],
  ): Promise<LaneEntry> {
    const { account, rpc } = this.#options
    const signed = await signTransaction(account, rpc.chainId, content, nonce, fees)
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
    this.#nonces?.submit(entry.nonce)
    this.#entries.set(entry.nonce, entry)
    // With automatic mining the block may be here before the answer to the send.
    const block = this.#options.feed.find(entry.signed.hash)
    if (block !== undefined) this.#confirm(entry, block)
    this.#listen()
  }

  #listen(): void {
    if (this.#closed) return
    this.#unsubscribe ??= this.#options.feed.subscribe({
      onBlock: (block) => this.#onBlock(block),
      onReorg: (removed) => this.#onReorg(removed),
      onTick: () => this.#onTick(),
    })
  }

  #onBlock(block: SeenBlock): void {
    const inBlock = new Set(block.transactions)
    const mined = [...this.#entries.values()]
      .filter(({ hashes }) => hashes.some((hash) => inBlock.has(hash)))
      .sort((a, b) => a.nonce - b.nonce)
    for (const entry of mined) this.#confirm(entry, block)
  }

  /** A block holds the transaction, and so all lower nonces are settled too. */
  #confirm(entry: LaneEntry, block: SeenBlock): void {
    const hash = entry.hashes.find((one) => block.transactions.includes(one)) ?? entry.signed.hash
    entry.minedIn = block.hash
    this.#settle(entry, { type: 'confirmed', hash, blockNumber: block.number })
    // What is below and was in no block that we saw is for the repair to find out about.
    this.#nonces?.confirmUpTo(entry.nonce + 1)
    this.#settled.set(entry.nonce, entry)
    if (this.#settled.size > 256) this.#settled.delete(this.#settled.keys().next().value ?? -1)
  }

  #settle(entry: LaneEntry, event: LaneEvent): void {
    if (!this.#entries.delete(entry.nonce)) return
    if (event.type === 'confirmed') this.#counts.confirmed += 1
    if (entry.holdsPlace) this.#window.leave()
    entry.holdsPlace = false
    entry.onEvent?.(event)
    this.#wakeIdle()
  }

  async #fastForward(nonces: NonceAllocator, refused: number): Promise<void> {
    const count = await readTransactionCount(this.#options.rpc, this.address, 'latest', {
      stickyKey: this.address,
    })
    // The node that refused knows better than one that lags behind.
    nonces.confirmUpTo(Math.max(count, refused + 1))
    this.#note({
      action: 'fast-forwarded',
      nonce: nonces.next,
      reason: `nonce ${refused} was used elsewhere`,
    })
  }

  #onReorg(removed: readonly SeenBlock[]): void {
    const gone = new Set(removed.map(({ hash }) => hash))
    for (const [nonce, entry] of this.#settled) {
      if (entry.minedIn === undefined || !gone.has(entry.minedIn)) continue
      this.#settled.delete(nonce)
      this.#nonces?.reopen(nonce)
      entry.minedIn = undefined
      entry.accepted = false
      this.#entries.set(nonce, entry)
    }
    this.#listen()
  }

  #onTick(): void {
    void this.#repairer().run()
    if (this.#entries.size > 0 || this.#sending > 0 || this.#hasGaps()) return
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
      entries: this.#entries,
      nonces: () => this.#nonces,
      isSending: () => this.#sending > 0,
      sign: (nonce, content, fees, blockNumber) => this.#sign(nonce, content, fees, blockNumber),
      track: (entry) => this.#track(entry),
      settle: (entry, event) => this.#settle(entry, event),
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
    if (this.#sending > 0 || this.#entries.size > 0) return
    for (const wake of this.#idle) wake()
    this.#idle.clear()
  }
}
