import { LoadTestError } from '../../errors/load-test-error.ts'
import type { Sighting } from '../blocks/finality.ts'
import { readTransactionCount } from '../rpc/chain-reads.ts'
import { rejectionReason } from '../rpc/rpc-error.ts'
import type { LaneEntry } from './lane-entry.ts'
import type { LaneOptions } from './lane-options.ts'
import { createLaneResend, type LaneResendOptions } from './lane-resend.ts'
import type { NonceAllocator } from './nonce-allocator.ts'

/** What repairing needs of its lane. */
export type LaneRepairOptions = LaneOptions &
  LaneResendOptions & {
    /** Whether a send is under way, which would take a gap's nonce by itself. */
    isSending(): boolean
    /** Blocks without progress after which a node is asked whether it still has the head of the line. @default 2 */
    askAfterBlocks?: number
    /** Whether fees may be raised for that no block takes it. @default always */
    mayRaise?(entry: LaneEntry): boolean
  }

/** The part of a lane that keeps it going. */
export type LaneRepair = {
  /** Looks once for what needs repair; one at a time, and never throws. */
  run(): Promise<void>
}

type Standstill = Sighting & {
  confirmed: number
  /** The lowest pending transaction that is in no block. */
  waitsFor: LaneEntry | undefined
  askedAtBlock: number
}

/** At least this long between two looks while no block comes. */
const lookEveryMs = 1000
/** Fees above the cap, too little coin, a cap that is reached. */
const lasting = new Set<string>(['CHAIN_UNDERPRICED', 'CHAIN_INSUFFICIENT_FUNDS', 'SPENDING_CAP'])
/** What lies there with fees so many times the current ones does not lie there for its fees. */
const enoughFees = 4n

/**
 * Makes the repair of one lane. It runs after each look at the chain, and when a block has come or a second has gone by:
 *
 * 1. goes through the line in the order of nonces: what the base fee of the next block outgrows is sent with higher
 *    fees, before a node throws it out; and what no node is known to have is offered again, until one has decided;
 * 2. when nothing has been mined for two blocks, asks whether a node still has the head of the line; if none has, the
 *    whole line is offered again, since a node that threw out the head has often thrown out what came behind it, too;
 * 3. when nothing has been mined for longer, settles what the chain has counted, and raises the fees of the head;
 * 4. fills gaps that no send has taken, with a transfer of nothing to oneself.
 *
 * @example const repair = createLaneRepair({ ...laneOptions, entries, nonces, ... }); await repair.run()
 */
export function createLaneRepair(options: LaneRepairOptions): LaneRepair {
  const { rpc, feed, fees, account, ledger, clock, note } = options
  const { pending: entries } = ledger
  const { askAfterBlocks = 2, stuckAfterBlocks = 8, stuckAfterMs = 60_000, mayRaise = () => true } = options
  const stickyKey = account.address
  const { offerAgain, replace, fill, settleOvertaken, isKnown } = createLaneResend(options)
  let running = false
  let looked = { block: -1, atMs: Number.NEGATIVE_INFINITY }
  /** Since when nothing has been mined, and since when nobody has asked for the head. */
  let standstill: Standstill = { confirmed: -1, waitsFor: undefined, block: 0, atMs: 0, askedAtBlock: 0 }

  const inOrder = (): LaneEntry[] => [...entries.values()].sort((a, b) => a.nonce - b.nonce)

  async function offerLine(): Promise<void> {
    const baseFee = await fees.nextBaseFee()
    for (const entry of inOrder()) {
      // A block may have settled it meanwhile.
      if (entries.get(entry.nonce) !== entry) continue
      // The chain has counted its nonce: what is offered there now is refused.
      if (entry.nonce < (options.nonces()?.confirmed ?? 0)) continue
      if (entry.fees.maxFeePerGas < baseFee) await replace(entry)
      else if (!entry.accepted) await offerAgain(entry)
    }
  }

  async function unstick(nonces: NonceAllocator): Promise<void> {
    const count = await readTransactionCount(rpc, stickyKey, 'latest', { stickyKey })
    // A lower count than before, for so long that we are stuck: a reorganization took away what another program had sent.
    // Should the node only lag behind, then it refuses what is filled in there.
    if (count < nonces.confirmed) ledger.reopen(count)
    nonces.confirmUpTo(count)
    await settleAllOvertaken(nonces)
    const head = entries.get(count)
    if (head === undefined) {
      // What holds the line up is not ours: left by an earlier life of this key, or sent by another program.
      if (nonces.stateOf(count) === 'submitted') await fill(count)
    } else if (!head.outbid && !(await isKnown(head))) await offerAll()
    else if ((await hasEnoughFees(head)) || !mayRaise(head)) await offerAgain(head)
    else await replace(head)
  }

  async function offerAll(): Promise<void> {
    for (const entry of entries.values()) entry.accepted = false
    await offerLine()
  }

  async function hasEnoughFees({ fees: offered }: LaneEntry): Promise<boolean> {
    const now = await fees.current()
    return (
      offered.maxFeePerGas >= now.maxFeePerGas * enoughFees &&
      offered.maxPriorityFeePerGas >= now.maxPriorityFeePerGas * enoughFees
    )
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

  async function endStandstill(nonces: NonceAllocator, block: number): Promise<void> {
    const { confirmed } = nonces
    // Without anything pending a lane stands still and is not stuck: the clock starts with what it waits for.
    const waitsFor = inOrder().find(({ nonce }) => nonce >= confirmed)
    const begin = { confirmed, waitsFor, block, atMs: clock.now(), askedAtBlock: block }
    if (confirmed !== standstill.confirmed || waitsFor !== standstill.waitsFor || confirmed === nonces.next) {
      standstill = begin
    } else if (
      block - standstill.block >= stuckAfterBlocks ||
      clock.now() - standstill.atMs >= stuckAfterMs
    ) {
      standstill = begin
      await unstick(nonces)
    } else if (block - standstill.askedAtBlock >= askAfterBlocks) {
      standstill.askedAtBlock = block
      const head = entries.get(nonces.confirmed)
      if (head?.accepted && !(await isKnown(head))) await offerAll()
    }
  }

  async function look(nonces: NonceAllocator): Promise<void> {
    const { number: block } = await feed.head()
    if (block === looked.block && clock.now() - looked.atMs < lookEveryMs) return
    looked = { block, atMs: clock.now() }
    await settleAllOvertaken(nonces)
    await offerLine()
    await endStandstill(nonces, block)
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
        // Nothing is lost: the next look begins again. What can last is worth a note.
        if (error instanceof LoadTestError && lasting.has(error.code)) {
          note({ action: 'held-up', nonce: nonces.confirmed, reason: error.message, code: error.code })
        }
      } finally {
        running = false
      }
    },
  }
}
