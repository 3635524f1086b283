import { type Hash, numberToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import type { BlockListener } from '../chain/blocks/block-listeners.ts'
import type { SeenBlock } from '../chain/blocks/seen-block.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { RelayLedger } from './relay-ledger.ts'

const lane = `0x${'11'.repeat(20)}` as const
const hashOf = (n: number): Hash => numberToHex(n, { size: 32 })

/** A ledger over a chain of which only the receipts are there. */
function openLedger(capWei?: bigint) {
  const listeners = new Set<BlockListener>()
  const receipts = new Map<Hash, unknown>()
  const feed = {
    subscribe(listener: BlockListener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    find: () => undefined,
  } as unknown as BlockFeed
  const rpc = {
    request: async (_: string, [hash]: [Hash]) => receipts.get(hash) ?? null,
  } as unknown as RpcPool
  const ledger = new RelayLedger({ rpc, feed, capWei })
  return {
    ledger,
    lane: ledger.of(lane),
    /** A block holds a transaction, which has cost so much. */
    async mine(hash: Hash, wei: bigint, block: Hash) {
      const facts = { transactionHash: hash, blockHash: block, blockNumber: '0x1', status: '0x1', from: lane }
      receipts.set(hash, {
        ...facts,
        to: lane,
        gasUsed: numberToHex(wei),
        effectiveGasPrice: '0x1',
        logs: [],
      })
      ledger.of(lane).mined(hash)
      for (const { onTick } of [...listeners]) onTick?.()
      await new Promise((resolve) => setImmediate(resolve))
    },
    remove(block: Hash) {
      for (const { onReorg } of listeners) onReorg?.([{ hash: block } as SeenBlock])
    },
  }
}
const send = (nonce: number, hash: Hash, mostWei: bigint) => ({ nonce, hash, mostWei, isRepair: false })
const repair = (nonce: number, hash: Hash, mostWei: bigint) => ({ nonce, hash, mostWei, isRepair: true })

describe('the ledger of a lane', () => {
  it('counts a nonce once, at the dearest of all that had it, until a block holds one of them', async () => {
    const { ledger, lane: own, mine } = openLedger()
    own.enter(send(0, hashOf(1), 10n))
    own.enter(repair(0, hashOf(2), 15n))
    expect(ledger.read()).toMatchObject({ reservedWei: '15', spentWei: '0', open: 1 })
    await mine(hashOf(1), 7n, hashOf(100))
    expect(ledger.read()).toMatchObject({ reservedWei: '0', spentWei: '7', open: 0, transactions: 1 })
  })

  it('counts nothing for what no node took', () => {
    const { ledger, lane: own } = openLedger()
    own.enter(send(0, hashOf(1), 10n))
    own.unsent(hashOf(1))
    expect(ledger.read()).toMatchObject({ reservedWei: '0', open: 0 })
  })

  it('removes what a reorganization removed, and records it where it is mined again', async () => {
    const { ledger, lane: own, mine, remove } = openLedger()
    own.enter(send(0, hashOf(1), 10n))
    await mine(hashOf(1), 7n, hashOf(100))
    remove(hashOf(100))
    expect(ledger.read()).toMatchObject({ reservedWei: '10', spentWei: '0', open: 1, transactions: 0 })
    await mine(hashOf(1), 8n, hashOf(101))
    expect(ledger.read()).toMatchObject({ reservedWei: '0', spentWei: '8', open: 0, transactions: 1 })
  })

  it('keeps a twentieth of the cap for raised fees and filled gaps, and goes beyond it for nothing', async () => {
    const { ledger, lane: own, mine } = openLedger(100n)
    const capped = expect.objectContaining({ code: 'SPENDING_CAP' })
    own.enter(send(0, hashOf(1), 60n))
    own.enter(send(1, hashOf(2), 35n))
    expect(() => own.enter(send(2, hashOf(3), 1n))).toThrow(capped)
    expect(() => ledger.requireRoom(1n)).toThrow(capped)
    own.enter(repair(1, hashOf(4), 40n))
    expect(() => own.enter(repair(1, hashOf(5), 41n))).toThrow(capped)
    expect(ledger.read()).toMatchObject({ reservedWei: '100', open: 2 })
    await mine(hashOf(1), 20n, hashOf(100))
    ledger.requireRoom(35n)
    expect(() => ledger.requireRoom(36n)).toThrow(capped)
  })
})
