import type { LocalAccount } from 'viem'
import { type Clock, systemClock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { BlockFeed } from '../blocks/block-feed.ts'
import type { ReceiptHub } from '../blocks/receipt-hub.ts'
import type { LaneEntry } from '../lanes/lane-entry.ts'
import type { LaneLedger } from '../lanes/lane-ledger.ts'
import { LaneRepair } from '../lanes/lane-repair.ts'
import { createLaneSigner } from '../lanes/lane-signing.ts'
import { NonceAllocator } from '../lanes/nonce-allocator.ts'
import { PendingTransactions } from '../lanes/pending-transactions.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import type { Fees } from './fees.ts'
import type { FundsFor } from './funds-for.ts'

/** A user's transaction that is looked after until a block holds it. */
export type KeptTransaction = {
  /** Aborts with the reason when the transaction will be in no block. */
  lost: AbortSignal
  /** Stops looking after it. */
  end(): void
}

/** Whose transaction is kept, and what keeping it may cost. */
export type KeepOptions = {
  account: LocalAccount
  /** Written for all that is sent. */
  ledger?: LaneLedger | undefined
  /** Pays what higher fees take. @default the account has what it has */
  fundsFor?: FundsFor | undefined
  /** Ends it too. */
  signal?: AbortSignal | undefined
}

/** See {@link createTransactionKeeper}. */
export type KeepTransaction = (entry: LaneEntry, options: KeepOptions) => KeptTransaction

/** Users' transactions wait their turn when blocks are full, so their nodes are asked less often than a lane's. */
const patience = { askAfterBlocks: 6, stuckAfterBlocks: Number.POSITIVE_INFINITY, stuckAfterMs: 30_000 }

/**
 * Makes the part that looks after transactions which users send themselves, as a lane does after its own: what no node
 * knows any more is offered again, and what no block takes is replaced with higher fees within the cap, unless blocks are
 * full. Waiters for a receipt of the first hash get that of the one that is mined.
 *
 * It costs no call for a transaction that is mined within some blocks.
 *
 * @example const keep = createTransactionKeeper({ rpc, feed, fees, receipts }); const { lost, end } = keep(entry, { account })
 */
export function createTransactionKeeper(parts: {
  rpc: RpcPool
  feed: BlockFeed
  fees: Fees
  receipts: Pick<ReceiptHub, 'replace'>
  clock?: Clock | undefined
}): KeepTransaction {
  const { rpc, feed, receipts, clock = systemClock } = parts

  return (sent, { account, ledger, fundsFor, signal }) => {
    const entry: LaneEntry = {
      ...sent,
      onEvent(event) {
        if (event.type === 'replaced') receipts.replace(event.hash, event.newHash)
      },
    }
    const lost = new AbortController()
    const nonces = new NonceAllocator(entry.nonce)
    nonces.allocate()
    const pending = new PendingTransactions({
      nonces: () => nonces,
      findBlock: (hash) => feed.find(hash),
      onSettled(settled, event) {
        if (event.type === 'confirmed') return settled.ledger.mined?.(event.hash)
        for (const hash of settled.hashes) settled.ledger.unsent?.(hash)
        if (settled === entry) lost.abort(neverMined(event.hash))
      },
    })
    const signer = createLaneSigner({ rpc, account, clock, ledger })
    let isToppingUp = false
    const repair = new LaneRepair({
      ...parts,
      ...patience,
      account,
      clock,
      pending,
      signer,
      nonces: () => nonces,
      isSending: () => false,
      track: (filled) => pending.add(filled),
      mayRaise: ({ content }) => hasRoom(feed, content.gas),
      note({ action, code }) {
        if (action !== 'held-up' || code !== 'CHAIN_INSUFFICIENT_FUNDS' || isToppingUp) return
        isToppingUp = true
        const paying = fundsFor?.(entry.content.gas, { refused: true, signal }) ?? Promise.resolve()
        // What can't be paid is tried again with the next replacement.
        void paying
          .catch(() => undefined)
          .finally(() => {
            isToppingUp = false
          })
      },
    })
    pending.add(entry)
    const unsubscribe = feed.subscribe({
      onBlock: (block) => pending.onBlock(block),
      onReorg: (removed) => pending.onReorg(removed),
      onTick: () => void (pending.byNonce.size > 0 && repair.run()),
    })
    function end(): void {
      unsubscribe()
      signal?.removeEventListener('abort', end)
    }
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
    return { lost: lost.signal, end }
  }
}

const neverMined = (hash: string): LoadTestError =>
  new LoadTestError(
    'TX_NOT_CONFIRMED',
    `${hash} will be in no block: its nonce went to another transaction, or nodes refuse it.`,
    {
      details: { hash, known: false },
    },
  )

function hasRoom(feed: BlockFeed, gas: bigint): boolean {
  const newest = feed.latest()
  return newest === undefined || newest.gasLimit - newest.gasUsed >= gas
}
