import { LoadTestError } from '../../errors/load-test-error.ts'
import { readTransactionCount } from '../rpc/chain-reads.ts'
import { GapFiller, type GapFillerOptions } from './gap-filler.ts'
import type { LaneEntry } from './lane-entry.ts'
import type { LaneOptions } from './lane-options.ts'
import { LaneResend, type LaneResendOptions } from './lane-resend.ts'
import type { NonceAllocator } from './nonce-allocator.ts'
import { Standstill } from './standstill.ts'

/** What repairing needs of its lane. */
export type LaneRepairOptions = Pick<LaneOptions, 'stuckAfterBlocks' | 'stuckAfterMs'> &
  LaneResendOptions &
  GapFillerOptions & {
    /** Blocks without progress after which a node is asked whether it still has the head of the line. @default 2 */
    askAfterBlocks?: number | undefined
    /** Whether the fees of a transaction may be raised because no block takes it. @default always */
    mayRaise?: ((entry: LaneEntry) => boolean) | undefined
  }

/** At least this long between two looks while no block comes. */
const lookEveryMs = 1000
/** Fees above the cap, too little funds, a cap that is reached. */
const lasting = new Set<string>(['CHAIN_UNDERPRICED', 'CHAIN_INSUFFICIENT_FUNDS', 'SPENDING_CAP'])
/** A transaction that offers so many times the current fees is not held up by its fees. */
const enoughFees = 4n

/**
 * Repairs one lane. It runs after each look at the chain, and when a block has come or a second has gone by:
 *
 * 1. goes through the line in the order of nonces. A transaction whose fees are below the base fee of the next block is sent
 *    with higher fees, before a node throws it out; one that no node is known to have is offered again, until one has decided;
 * 2. when nothing has been mined for two blocks, asks whether a node still has the head of the line; if none has, the
 *    whole line is offered again, since a node that threw out the head has often thrown out what came behind it, too;
 * 3. when nothing has been mined for longer, settles what the chain has counted, and raises the fees of the head;
 * 4. fills gaps that no send has taken, with a transfer of nothing to oneself.
 *
 * @example const repair = new LaneRepair({ ...laneOptions, pending, nonces, ... }); await repair.run()
 */
export class LaneRepair {
  readonly #options: LaneRepairOptions
  readonly #resend: LaneResend
  readonly #gaps: GapFiller
  readonly #standstill: Standstill
  #isRunning = false
  #looked = { block: -1, atMs: Number.NEGATIVE_INFINITY }

  constructor(options: LaneRepairOptions) {
    const { askAfterBlocks = 2, stuckAfterBlocks = 8, stuckAfterMs = 60_000 } = options
    this.#options = options
    this.#resend = new LaneResend(options)
    this.#gaps = new GapFiller(options)
    this.#standstill = new Standstill({ askAfterBlocks, stuckAfterBlocks, stuckAfterMs })
  }

  /** Looks once for what needs repair; one at a time, and never throws. */
  async run(): Promise<void> {
    const nonces = this.#options.nonces()
    if (this.#isRunning || nonces === undefined) return
    this.#isRunning = true
    try {
      await this.#look(nonces)
    } catch (error) {
      // Nothing is lost: the next look begins again. What can last is worth a note.
      if (error instanceof LoadTestError && lasting.has(error.code)) {
        const { message: reason, code } = error
        this.#options.note({ action: 'held-up', nonce: nonces.confirmed, reason, code })
      }
    } finally {
      this.#isRunning = false
    }
  }

  async #look(nonces: NonceAllocator): Promise<void> {
    const { feed, clock } = this.#options
    const { number: block } = await feed.head()
    if (block === this.#looked.block && clock.now() - this.#looked.atMs < lookEveryMs) return
    this.#looked = { block, atMs: clock.now() }
    await this.#settleAllOvertaken(nonces)
    await this.#offerLine()
    await this.#endStandstill(nonces, block)
    await this.#gaps.fillAll(nonces)
  }

  /** All pending transactions, by nonce. */
  #inOrder(): LaneEntry[] {
    return [...this.#options.pending.byNonce.values()].sort((a, b) => a.nonce - b.nonce)
  }

  async #settleAllOvertaken(nonces: NonceAllocator): Promise<void> {
    for (const entry of this.#inOrder()) {
      if (entry.nonce < nonces.confirmed) await this.#resend.settleOvertaken(entry)
    }
  }

  async #offerLine(): Promise<void> {
    const { fees, pending, nonces } = this.#options
    const baseFee = await fees.nextBaseFee()
    for (const entry of this.#inOrder()) {
      // A block may have settled it meanwhile.
      if (pending.byNonce.get(entry.nonce) !== entry) continue
      // The chain has counted its nonce: what is offered there now is refused.
      if (entry.nonce < (nonces()?.confirmed ?? 0)) continue
      if (entry.fees.maxFeePerGas < baseFee) await this.#resend.replace(entry)
      else if (!entry.accepted) await this.#resend.offerAgain(entry)
    }
  }

  async #offerAll(): Promise<void> {
    for (const entry of this.#options.pending.byNonce.values()) entry.accepted = false
    await this.#offerLine()
  }

  async #endStandstill(nonces: NonceAllocator, block: number): Promise<void> {
    const { pending, clock } = this.#options
    const waitsFor = this.#inOrder().find(({ nonce }) => nonce >= nonces.confirmed)
    const remedy = this.#standstill.look(nonces, waitsFor, { block, atMs: clock.now() })
    if (remedy === 'unstick') await this.#unstick(nonces)
    if (remedy !== 'ask') return
    const head = pending.byNonce.get(nonces.confirmed)
    if (head?.accepted && !(await this.#resend.isKnown(head))) await this.#offerAll()
  }

  async #unstick(nonces: NonceAllocator): Promise<void> {
    const { rpc, account, pending, mayRaise = () => true } = this.#options
    const stickyKey = account.address
    const count = await readTransactionCount(rpc, stickyKey, { stickyKey })
    // A lower count than before, for so long that we are stuck: a reorganization took away what another program had sent.
    // Should the node only lag behind, then it refuses what is filled in there.
    if (count < nonces.confirmed) pending.reopen(count)
    nonces.confirmUpTo(count)
    await this.#settleAllOvertaken(nonces)
    const head = pending.byNonce.get(count)
    if (head === undefined) {
      // What holds the line up is not ours: left by an earlier process with this key, or sent by another program.
      if (nonces.stateOf(count) === 'submitted') await this.#gaps.fill(count)
    } else if (!head.outbid && !(await this.#resend.isKnown(head))) await this.#offerAll()
    else if ((await this.#hasEnoughFees(head)) || !mayRaise(head)) await this.#resend.offerAgain(head)
    else await this.#resend.replace(head)
  }

  async #hasEnoughFees({ fees: offered }: LaneEntry): Promise<boolean> {
    const now = await this.#options.fees.current()
    return (
      offered.maxFeePerGas >= now.maxFeePerGas * enoughFees &&
      offered.maxPriorityFeePerGas >= now.maxPriorityFeePerGas * enoughFees
    )
  }
}
