import type { Clock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { isFinal, type Sighting } from '../blocks/finality.ts'
import { isKnownTransaction } from '../rpc/chain-reads.ts'
import { isNodeFailure, rejectionReason } from '../rpc/rpc-error.ts'
import { broadcast, mayBeSent } from '../transactions/broadcast.ts'
import type { FeeQuote } from '../transactions/fees.ts'
import { createSettleOvertaken } from '../transactions/settle-overtaken.ts'
import type { LaneEntry } from './lane-entry.ts'
import type { LaneLedger } from './lane-ledger.ts'
import type { LaneNote, LaneOptions } from './lane-options.ts'
import type { LaneSigner } from './lane-signing.ts'
import type { NonceAllocator } from './nonce-allocator.ts'

/** What sending again needs of its lane. */
export type LaneResendOptions = Pick<LaneOptions, 'rpc' | 'feed' | 'fees' | 'account'> & {
  clock: Clock
  signer: LaneSigner
  ledger: LaneLedger
  nonces(): NonceAllocator | undefined
  track(entry: LaneEntry): void
  note(note: LaneNote): void
}

/**
 * What can be done about one transaction or one nonce of a lane. Each throws a LoadTestError with a `CHAIN_*` code when
 * nothing more is to be had of the node or at this price for now; another look then begins where this one ended.
 */
export type LaneResend = {
  /** Offers the same bytes, and takes the node's word if it decides. */
  offerAgain(entry: LaneEntry): Promise<void>
  /** Sends the same call with higher fees. */
  replace(entry: LaneEntry): Promise<void>
  /** Uses up a nonce with a transfer of nothing to oneself, at fees that also displace a foreign transaction. */
  fill(nonce: number): Promise<void>
  /** Looks what became of an entry whose nonce the chain has counted, see {@link createSettleOvertaken}. */
  settleOvertaken(entry: LaneEntry): Promise<void>
  /** Whether a node has it, in its pool or in a block. */
  isKnown(entry: LaneEntry): Promise<boolean>
}

/** Makes the hands of a lane's repair. @example await createLaneResend({ ...options, entries }).offerAgain(entry) */
export function createLaneResend(options: LaneResendOptions): LaneResend {
  const { rpc, feed, fees, account, signer, ledger, clock, note } = options
  const stickyKey = account.address
  const settleOvertaken = createSettleOvertaken(options)
  let lastFill: { nonce: number; fees: FeeQuote } | undefined

  const offer = (entry: LaneEntry): Promise<void> =>
    broadcast(rpc, entry.signed, { stickyKey, attempts: 1, clock })
  /** A block may settle an entry while a node is being asked about it. */
  const isPending = (entry: LaneEntry): boolean => ledger.pending.get(entry.nonce) === entry

  async function offerAgain(entry: LaneEntry): Promise<void> {
    try {
      await offer(entry)
      accept(entry)
      note({ action: 'rebroadcast', nonce: entry.nonce, hash: entry.signed.hash })
    } catch (error) {
      if (isOutOfReach(error)) throw error
      // The node failed inside, which says nothing of the transaction: it is offered again at the next look.
      if (!isUndecided(error)) await takeRefusal(entry, error)
    }
  }

  function accept(entry: LaneEntry): void {
    entry.accepted = true
    entry.refused = undefined
    entry.outbid = false
  }

  /** A node has decided on a transaction whose fate was unknown. */
  async function takeRefusal(entry: LaneEntry, error: unknown): Promise<void> {
    const reason = rejectionReason(error)
    if (reason === 'nonce-too-low') return await takeNonceTooLow(entry)
    // Its pool holds a transaction of this nonce: an earlier one of ours, or another's, and which is mined the chain decides.
    if (reason === 'replacement-underpriced') {
      if (entry.hashes.length > 1) accept(entry)
      else entry.outbid = true
      return
    }
    if (reason === 'fee-too-low') return await replace(entry)
    // An earlier offer may have got through whose answer was lost: then its nonce is not free, whatever is said now.
    if (await isKnown(entry)) return accept(entry)
    if (!isPending(entry)) return
    const now: Sighting = { block: (await feed.head()).number, atMs: clock.now() }
    entry.refused ??= now
    if (!isFinal(entry.refused, now) || !isPending(entry)) return
    note({ action: 'gave-up', nonce: entry.nonce, hash: entry.signed.hash, reason: messageOf(error) })
    ledger.drop(entry)
    options.nonces()?.release(entry.nonce)
  }

  async function takeNonceTooLow(entry: LaneEntry): Promise<void> {
    options.nonces()?.confirmUpTo(entry.nonce + 1)
    await settleOvertaken(entry)
  }

  async function replace(entry: LaneEntry): Promise<void> {
    const oldHash = entry.signed.hash
    const raised = await fees.bump(entry.fees)
    const signed = await signer.signAgain(entry, raised)
    // Its block came while it was written down.
    if (!isPending(entry)) return entry.books.unsent?.(signed.hash)
    // Also after a refusal: the next attempt then starts from here.
    entry.fees = raised
    // Before it is sent: its block may be here before the answer.
    entry.hashes.push(signed.hash)
    let failure: unknown
    try {
      await broadcast(rpc, signed, { stickyKey, attempts: 1, clock })
    } catch (error) {
      failure = error
      if (!isUndecided(error)) return await takeRefusedReplacement(entry, signed.hash, error)
    }
    if (!isPending(entry)) return
    if (failure === undefined) accept(entry)
    else entry.accepted = false
    entry.signed = signed
    note({ action: 'replaced', nonce: entry.nonce, hash: signed.hash })
    entry.onEvent?.({ type: 'replaced', hash: oldHash, newHash: signed.hash })
    if (isOutOfReach(failure)) throw failure
  }

  async function takeRefusedReplacement(entry: LaneEntry, hash: LaneEntry['hashes'][0], error: unknown) {
    entry.hashes.splice(entry.hashes.indexOf(hash), 1)
    entry.books.unsent?.(hash)
    const reason = rejectionReason(error)
    if (reason === 'nonce-too-low') await takeNonceTooLow(entry)
    // Fees have gone up again, or the pool has a better offer than was known: the next look offers more.
    else if (reason !== 'fee-too-low' && reason !== 'replacement-underpriced') throw error
  }

  async function isKnown({ hashes }: LaneEntry): Promise<boolean> {
    for (const hash of hashes.toReversed()) {
      if (await isKnownTransaction(rpc, hash, { stickyKey })) return true
    }
    return false
  }

  async function fill(nonce: number): Promise<void> {
    const { blockNumber, ...current } = await fees.current()
    // The pool may hold a transaction of unknown fees at this nonce: go up from the last attempt, and from below again
    // once the cap is reached, since fees may have fallen meanwhile.
    const last = lastFill?.nonce === nonce ? lastFill.fees : current
    lastFill = undefined
    const quote = await fees.bump(last)
    lastFill = { nonce, fees: quote }
    const content = { to: stickyKey, gas: 21_000n }
    const entry = await signer.sign({ nonce, content, fees: quote, blockNumber, isRepair: true })
    try {
      await offer(entry)
      entry.accepted = true
    } catch (error) {
      if (!mayBeSent(error)) {
        entry.books.unsent?.(entry.signed.hash)
        throw error
      }
    }
    options.track(entry)
    note({ action: 'filled-gap', nonce, hash: entry.signed.hash })
  }

  return { offerAgain, replace, fill, settleOvertaken, isKnown }
}

/** Whether an error leaves open what will become of the transaction. */
const isUndecided = (error: unknown): boolean =>
  mayBeSent(error) || (error instanceof LoadTestError && isNodeFailure(error))

/** Whether asking the node for more would be in vain: it can't be reached, asks for a pause, or has no room. */
const isOutOfReach = (error: unknown): boolean =>
  mayBeSent(error) || (error instanceof LoadTestError && error.code === 'CHAIN_RATE_LIMITED')

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
