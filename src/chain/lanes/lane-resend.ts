import type { Hash } from 'viem'
import type { Clock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { isFinal, type Sighting } from '../blocks/finality.ts'
import { isKnownTransaction } from '../rpc/chain-reads.ts'
import { isNodeFailure, rejectionReason } from '../rpc/rpc-error.ts'
import { broadcast, mayBeSent, type SignedTransaction } from '../transactions/broadcast.ts'
import { createSettleOvertaken } from '../transactions/settle-overtaken.ts'
import type { LaneEntry } from './lane-entry.ts'
import type { LaneNote, LaneOptions } from './lane-options.ts'
import type { LaneSigner } from './lane-signing.ts'
import type { NonceAllocator } from './nonce-allocator.ts'
import type { PendingTransactions } from './pending-transactions.ts'

/** What sending again needs of its lane. */
export type LaneResendOptions = Pick<LaneOptions, 'rpc' | 'feed' | 'fees' | 'account'> & {
  clock: Clock
  signer: LaneSigner
  pending: PendingTransactions
  nonces(): NonceAllocator | undefined
  note(note: LaneNote): void
}

/**
 * Sends one transaction of a lane again, and finds out what became of it. Each method throws a LoadTestError with a
 * `CHAIN_*` code when the node gives no more, or not at this price, for now; another look then begins where this one ended.
 *
 * @example await new LaneResend(options).offerAgain(entry)
 */
export class LaneResend {
  readonly #options: LaneResendOptions
  readonly #settleOvertaken: (entry: LaneEntry) => Promise<void>

  constructor(options: LaneResendOptions) {
    this.#options = options
    this.#settleOvertaken = createSettleOvertaken(options)
  }

  /** Offers the same bytes, and takes the node's word if it decides. */
  async offerAgain(entry: LaneEntry): Promise<void> {
    try {
      await this.#broadcast(entry.signed)
      accept(entry)
      this.#options.note({ action: 'rebroadcast', nonce: entry.nonce, hash: entry.signed.hash })
    } catch (error) {
      if (isOutOfReach(error)) throw error
      // The node failed inside, which says nothing of the transaction: it is offered again at the next look.
      if (!isUndecided(error)) await this.#takeRefusal(entry, error)
    }
  }

  /** Sends the same call with higher fees. */
  async replace(entry: LaneEntry): Promise<void> {
    const { fees, signer, note } = this.#options
    const oldHash = entry.signed.hash
    const raised = await fees.bump(entry.fees)
    const signed = await signer.signAgain(entry, raised)
    // Its block came while it was written down.
    if (!this.#isPending(entry)) return entry.ledger.unsent?.(signed.hash)
    // Also after a refusal: the next attempt then starts from here.
    entry.fees = raised
    // Before it is sent: its block may be here before the answer.
    entry.hashes.push(signed.hash)
    let failure: unknown
    try {
      await this.#broadcast(signed)
    } catch (error) {
      failure = error
      if (!isUndecided(error)) return await this.#takeRefusedReplacement(entry, signed.hash, error)
    }
    if (!this.#isPending(entry)) return
    if (failure === undefined) accept(entry)
    else entry.accepted = false
    entry.signed = signed
    note({ action: 'replaced', nonce: entry.nonce, hash: signed.hash })
    entry.onEvent?.({ type: 'replaced', hash: oldHash, newHash: signed.hash })
    if (isOutOfReach(failure)) throw failure
  }

  /** Finds out what became of an entry whose nonce the chain has counted, see {@link createSettleOvertaken}. */
  async settleOvertaken(entry: LaneEntry): Promise<void> {
    await this.#settleOvertaken(entry)
  }

  /** Whether a node has it, in its pool or in a block. */
  async isKnown({ hashes }: LaneEntry): Promise<boolean> {
    const { rpc, account } = this.#options
    for (const hash of hashes.toReversed()) {
      if (await isKnownTransaction(rpc, hash, { stickyKey: account.address })) return true
    }
    return false
  }

  /** A node has decided on a transaction whose fate was unknown. */
  async #takeRefusal(entry: LaneEntry, error: unknown): Promise<void> {
    const reason = rejectionReason(error)
    if (reason === 'nonce-too-low') return await this.#takeNonceTooLow(entry)
    // Its pool holds a transaction of this nonce, an earlier one of ours or another's; the chain decides which one is mined.
    if (reason === 'replacement-underpriced') {
      if (entry.hashes.length > 1) accept(entry)
      else entry.outbid = true
      return
    }
    if (reason === 'fee-too-low') return await this.replace(entry)
    // A node may have accepted an earlier offer whose response was lost. Then its nonce is not free, whatever the node says now.
    if (await this.isKnown(entry)) return accept(entry)
    if (this.#isPending(entry)) await this.#giveUpIfFinal(entry, error)
  }

  async #giveUpIfFinal(entry: LaneEntry, error: unknown): Promise<void> {
    const { feed, clock, pending, note, nonces } = this.#options
    const now: Sighting = { block: (await feed.head()).number, atMs: clock.now() }
    entry.refused ??= now
    if (!isFinal(entry.refused, now) || !this.#isPending(entry)) return
    note({ action: 'gave-up', nonce: entry.nonce, hash: entry.signed.hash, reason: messageOf(error) })
    pending.drop(entry)
    nonces()?.release(entry.nonce)
  }

  async #takeNonceTooLow(entry: LaneEntry): Promise<void> {
    this.#options.nonces()?.confirmUpTo(entry.nonce + 1)
    await this.#settleOvertaken(entry)
  }

  async #takeRefusedReplacement(entry: LaneEntry, hash: Hash, error: unknown): Promise<void> {
    entry.hashes.splice(entry.hashes.indexOf(hash), 1)
    entry.ledger.unsent?.(hash)
    const reason = rejectionReason(error)
    if (reason === 'nonce-too-low') await this.#takeNonceTooLow(entry)
    // Fees have gone up again, or the pool has a better offer than was known: the next look offers more.
    else if (reason !== 'fee-too-low' && reason !== 'replacement-underpriced') throw error
  }

  async #broadcast(signed: SignedTransaction): Promise<void> {
    const { rpc, account, clock } = this.#options
    await broadcast(rpc, signed, { stickyKey: account.address, attempts: 1, clock })
  }

  /** A block may settle an entry while a node is being asked about it. */
  #isPending(entry: LaneEntry): boolean {
    return this.#options.pending.byNonce.get(entry.nonce) === entry
  }
}

function accept(entry: LaneEntry): void {
  entry.accepted = true
  entry.refused = undefined
  entry.outbid = false
}

/** Whether an error leaves open what will become of the transaction. */
const isUndecided = (error: unknown): boolean =>
  mayBeSent(error) || (error instanceof LoadTestError && isNodeFailure(error))

/** Whether asking the node for more would be in vain: it can't be reached, asks for a pause, or has no room. */
const isOutOfReach = (error: unknown): boolean =>
  mayBeSent(error) || (error instanceof LoadTestError && error.code === 'CHAIN_RATE_LIMITED')

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
