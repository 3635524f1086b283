import { type Hash, numberToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import type { BlockListener } from '../chain/blocks/block-listeners.ts'
import type { SeenBlock } from '../chain/blocks/seen-block.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { createRelayBooks } from './relay-books.ts'

const lane = `0x${'11'.repeat(20)}` as const
const hashOf = (n: number): Hash => numberToHex(n, { size: 32 })

/** Books over a chain of which only the receipts are there. */
function openBooks(capWei?: bigint) {
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
  const books = createRelayBooks({ rpc, feed, capWei })
  return {
    ...{ books, lane: books.of(lane) },
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
      books.of(lane).mined(hash)
      for (const { onTick } of [...listeners]) onTick?.()
      await new Promise((resolve) => setImmediate(resolve))
    },
    remove(block: Hash) {
      for (const { onReorg } of listeners) onReorg?.([{ hash: block } as SeenBlock])
    },
  }
}
const send = (nonce: number, hash: Hash, mostWei: bigint, isRepair = false) => ({
  nonce,
  hash,
  mostWei,
  isRepair,
})

describe('the book of a lane', () => {
  it('counts a nonce once, at the dearest of all that had it, until a block holds one of them', async () => {
    const { books, lane: own, mine } = openBooks()
    own.enter(send(0, hashOf(1), 10n))
    own.enter(send(0, hashOf(2), 15n, true))
    expect(books.read()).toMatchObject({ reservedWei: '15', spentWei: '0', open: 1 })
    await mine(hashOf(1), 7n, hashOf(100))
    expect(books.read()).toMatchObject({ reservedWei: '0', spentWei: '7', open: 0, transactions: 1 })
  })

  it('counts nothing for what no node took', () => {
    const { books, lane: own } = openBooks()
    own.enter(send(0, hashOf(1), 10n))
    own.unsent(hashOf(1))
    expect(books.read()).toMatchObject({ reservedWei: '0', open: 0 })
  })

  it('takes back what a reorganization took away, and books it where it is mined again', async () => {
    const { books, lane: own, mine, remove } = openBooks()
    own.enter(send(0, hashOf(1), 10n))
    await mine(hashOf(1), 7n, hashOf(100))
    remove(hashOf(100))
    expect(books.read()).toMatchObject({ reservedWei: '10', spentWei: '0', open: 1, transactions: 0 })
    await mine(hashOf(1), 8n, hashOf(101))
    expect(books.read()).toMatchObject({ reservedWei: '0', spentWei: '8', open: 0, transactions: 1 })
  })

  it('keeps a twentieth of the cap for raised fees and filled gaps, and goes beyond it for nothing', async () => {
    const { books, lane: own, mine } = openBooks(100n)
    const capped = expect.objectContaining({ code: 'SPENDING_CAP' })
    own.enter(send(0, hashOf(1), 60n))
    own.enter(send(1, hashOf(2), 35n))
    expect(() => own.enter(send(2, hashOf(3), 1n))).toThrow(capped)
    expect(() => books.requireRoom(1n)).toThrow(capped)
    own.enter(send(1, hashOf(4), 40n, true))
    expect(() => own.enter(send(1, hashOf(5), 41n, true))).toThrow(capped)
    expect(books.read()).toMatchObject({ reservedWei: '100', open: 2 })
    await mine(hashOf(1), 20n, hashOf(100))
    books.requireRoom(35n)
    expect(() => books.requireRoom(36n)).toThrow(capped)
  })
})
