import type { Clock } from '../async/clock.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { broadcast, mayBeSent } from './broadcast.ts'
import { isKnownTransaction, readReceipt, readTransactionCount } from './chain-reads.ts'
import type { FeeQuote } from './fees.ts'
import type { LaneEntry, LaneEvent } from './lane-entry.ts'
import type { LaneNote, LaneOptions } from './lane-options.ts'
import type { NonceAllocator } from './nonce-allocator.ts'
import { rejectionReason } from './rpc-error.ts'
import { signTransaction, type TransactionContent } from './sign-transaction.ts'

/** What repairing needs of its lane. */
export type LaneRepairOptions = LaneOptions & {
  clock: Clock
  /** Sent, and in no block yet, by nonce. */
  entries: ReadonlyMap<number, LaneEntry>
  nonces(): NonceAllocator | undefined
  /** Whether a send is under way, which would take a gap's nonce by itself. */
  isSending(): boolean
  sign(nonce: number, content: TransactionContent, fees: FeeQuote, blockNumber: number): Promise<LaneEntry>
  track(entry: LaneEntry): void
  /** Ends the looking after an entry; its nonce's state is the caller's matter. */
  settle(entry: LaneEntry, event: LaneEvent): void
  note(note: LaneNote): void
}

/** The part of a lane that keeps it going. */
export type LaneRepair = {
  /** Looks once for what needs repair; one at a time, and never throws. */
  run(): Promise<void>
}

/** At least this long between two looks while no block comes. */
const lookEveryMs = 1000
/** With an eighth each, ten bumps make the fee three times as high. */
const maxReplacements = 10

/**
 * Makes the repair of one lane. It runs after each look at the chain, and when a block has come or a second has gone by:
 *
 * 1. offers again the bytes of transactions whose fate is unknown, until a node has decided;
 * 2. when nothing has been mined for a while, settles what the chain has counted, and sends the transaction at the head
 *    of the line again: the same bytes if no node has them, with higher fees if one has or the base fee outgrew them;
 *    and whatever stands behind it that no node has;
 * 3. fills gaps that no send has taken, with a transfer of nothing to oneself.
 *
 * @example const repair = createLaneRepair({ ...laneOptions, entries, nonces, ... }); await repair.run()
 */
export function createLaneRepair(options: LaneRepairOptions): LaneRepair {
  const { rpc, feed, fees, account, entries, clock, note } = options
  const { stuckAfterBlocks = 8, stuckAfterMs = 60_000 } = options
  const stickyKey = account.address
  let running = false
  let lastFill: { nonce: number; fees: FeeQuote } = {
    nonce: -1,
    fees: { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n },
  }
  let looked = { block: -1, atMs: Number.NEGATIVE_INFINITY }
  let progress = { confirmed: -1, block: 0, atMs: 0 }

  const inOrder = (): LaneEntry[] => [...entries.values()].sort((a, b) => a.nonce - b.nonce)
  const offer = (entry: LaneEntry): Promise<void> =>
    broadcast(rpc, entry.signed, { stickyKey, attempts: 1, clock })

  async function offerAgain(entry: LaneEntry): Promise<void> {
    try {
      await offer(entry)
      entry.accepted = true
      note({ action: 'rebroadcast', nonce: entry.nonce, hash: entry.signed.hash })
    } catch (error) {
      if (mayBeSent(error)) throw error
      await takeRefusal(entry, error)
    }
  }

  /** A node has decided on a transaction whose fate was unknown. */
  async function takeRefusal(entry: LaneEntry, error: unknown): Promise<void> {
    const reason = rejectionReason(error)
    if (reason === 'nonce-too-low') {
      options.nonces()?.confirmUpTo(entry.nonce + 1)
      return await settleOvertaken(entry)
    }
    if (error instanceof LoadTestError && error.code === 'CHAIN_RATE_LIMITED') throw error
    // Its pool holds a transaction of this nonce: an earlier one of ours, or somebody else's that will take its place.
    if (reason === 'replacement-underpriced') {
      if (entry.hashes.length > 1) entry.accepted = true
      else drop(entry)
      return
    }
    if (reason === 'fee-too-low') return await replace(entry)
    // An earlier offer may have got through whose answer was lost: then its nonce is not free, whatever is said now.
    if (await isKnown(entry)) {
      entry.accepted = true
      return
    }
    note({ action: 'gave-up', nonce: entry.nonce, hash: entry.signed.hash, reason: messageOf(error) })
    drop(entry)
    options.nonces()?.release(entry.nonce)
  }

  const drop = (entry: LaneEntry): void => options.settle(entry, { type: 'dropped', hash: entry.signed.hash })

  /** The chain has counted the entry's nonce, and we saw no block with it: was it ours all the same? */
  async function settleOvertaken(entry: LaneEntry): Promise<void> {
    for (const hash of entry.hashes) {
      const receipt = await readReceipt(rpc, hash, { stickyKey })
      if (receipt === null) continue
      return options.settle(entry, { type: 'confirmed', hash, blockNumber: receipt.blockNumber })
    }
    drop(entry)
  }

  /** Sends the same call with higher fees. */
  async function replace(entry: LaneEntry): Promise<void> {
    if (entry.hashes.length > maxReplacements) return
    const oldHash = entry.signed.hash
    // Also after a refusal: the next attempt then starts from here.
    entry.fees = await fees.bump(entry.fees)
    const signed = await signTransaction(account, rpc.chainId, entry.content, entry.nonce, entry.fees)
    try {
      await broadcast(rpc, signed, { stickyKey, attempts: 1, clock })
      entry.accepted = true
    } catch (error) {
      if (!mayBeSent(error)) throw error
      entry.accepted = false
    }
    entry.signed = signed
    entry.hashes.push(signed.hash)
    note({ action: 'replaced', nonce: entry.nonce, hash: signed.hash })
    entry.onEvent?.({ type: 'replaced', hash: oldHash, newHash: signed.hash })
  }

  async function unstick(nonces: NonceAllocator): Promise<void> {
    const count = await readTransactionCount(rpc, stickyKey, 'latest', { stickyKey })
    // A lower count than before, for so long that we are stuck: a reorganization took away what another program had sent.
    // Should the node only lag behind, then it refuses what is filled in there.
    if (count < nonces.confirmed) nonces.reopen(count)
    nonces.confirmUpTo(count)
    await settleAllOvertaken(nonces)
    const [head, ...others] = inOrder()
    if (head?.nonce !== count) {
      // What holds the line up is not ours: left by an earlier life of this key, or sent by another program.
      if (nonces.stateOf(count) === 'submitted') await fill(count)
      return
    }
    if (isPricedOut(head) || (await isKnown(head))) await replace(head)
    else await offerAgain(head)
    // A node that threw out the head has often thrown out what came behind it, too.
    for (const entry of others) if (!(await isKnown(entry))) await offerAgain(entry)
  }

  /** Some nodes keep what cannot pay the base fee, others throw it out: the same bytes would help with neither. */
  const isPricedOut = ({ fees: { maxFeePerGas } }: LaneEntry): boolean =>
    maxFeePerGas < (feed.latest()?.baseFeePerGas ?? 0n)

  async function isKnown({ hashes }: LaneEntry): Promise<boolean> {
    for (const hash of hashes) if (await isKnownTransaction(rpc, hash, { stickyKey })) return true
    return false
  }

  /** Uses up a nonce with a transfer of nothing to oneself, at fees that also displace a foreign transaction. */
  async function fill(nonce: number): Promise<void> {
    const { blockNumber, ...current } = await fees.current()
    // The pool may hold a transaction of unknown fees at this nonce: go up from the last attempt.
    const quote = await fees.bump(lastFill.nonce === nonce ? lastFill.fees : current)
    lastFill = { nonce, fees: quote }
    const entry = await options.sign(nonce, { to: stickyKey, gas: 21_000n }, quote, blockNumber)
    try {
      await offer(entry)
      entry.accepted = true
    } catch (error) {
      if (!mayBeSent(error)) throw error
    }
    options.track(entry)
    note({ action: 'filled-gap', nonce, hash: entry.signed.hash })
  }

  async function fillGaps(nonces: NonceAllocator): Promise<void> {
    while (!options.isSending() && nonces.gaps().length > 0) {
      const nonce = nonces.allocate()
      try {
        await fill(nonce)
      } catch (error) {
        if (rejectionReason(error) === 'nonce-too-low') nonces.confirmUpTo(nonce + 1)
        else if (rejectionReason(error) === 'replacement-underpriced') nonces.submit(nonce)
        else {
          nonces.release(nonce)
          throw error
        }
      }
    }
  }

  async function settleAllOvertaken(nonces: NonceAllocator): Promise<void> {
    for (const entry of inOrder()) if (entry.nonce < nonces.confirmed) await settleOvertaken(entry)
  }

  function isStuck(nonces: NonceAllocator, block: number): boolean {
    if (nonces.confirmed !== progress.confirmed || nonces.confirmed === nonces.next) {
      progress = { confirmed: nonces.confirmed, block, atMs: clock.now() }
      return false
    }
    return block - progress.block >= stuckAfterBlocks || clock.now() - progress.atMs >= stuckAfterMs
  }

  async function look(nonces: NonceAllocator): Promise<void> {
    const { number: block } = await feed.head()
    if (block === looked.block && clock.now() - looked.atMs < lookEveryMs) return
    looked = { block, atMs: clock.now() }
    await settleAllOvertaken(nonces)
    for (const entry of inOrder()) if (!entry.accepted) await offerAgain(entry)
    if (isStuck(nonces, block)) {
      progress = { confirmed: nonces.confirmed, block, atMs: clock.now() }
      await unstick(nonces)
    }
    await fillGaps(nonces)
  }

  return {
    async run() {
      const nonces = options.nonces()
      if (running || nonces === undefined) return
      running = true
      try {
        await look(nonces)
      } catch (error) {
        // Nothing is lost: the next look begins again. A fee above the cap is worth a note, since it can last.
        if (error instanceof LoadTestError && error.code === 'CHAIN_UNDERPRICED') {
          note({ action: 'gave-up', nonce: nonces.confirmed, reason: error.message })
        }
      } finally {
        running = false
      }
    },
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
