import type { Hash } from 'viem'
import { describe, expect, it } from 'vitest'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { settleEarlier } from './settle-earlier.ts'
import type { WalletChain } from './wallet-chain.ts'

const funder = `0x${'f'.repeat(40)}` as const
const payment: Hash = `0x${'1'.repeat(64)}`
const receipt = {
  transactionHash: payment,
  blockHash: payment,
  blockNumber: '0x7',
  status: '0x1',
  gasUsed: '0x5208',
  from: funder,
  to: null,
  logs: [],
  effectiveGasPrice: '0x1',
}

/** A chain with a block a look, whose backend knows the payment from some block on, or never. */
function chainThat({ knowsFrom = Number.POSITIVE_INFINITY }) {
  let block = 0
  let nowMs = 0
  const rpc = {
    async request(method: string) {
      if (method === 'eth_getTransactionCount') return '0x1'
      return method === 'eth_getTransactionReceipt' && block >= knowsFrom ? receipt : null
    },
  } as Partial<RpcPool> as RpcPool
  const feed = { head: async () => ({ number: ++block }) } as unknown as WalletChain['feed']
  const clock = {
    now: () => nowMs,
    async sleepUntil(atMs: number) {
      nowMs = atMs
    },
  }
  return { rpc, feed, clock, block: () => block }
}

describe('settling earlier payments', () => {
  it.each([1, 2, 5])('waits for one whose receipt is seen at block %i only', async (knowsFrom) => {
    const { clock, block, ...chain } = chainThat({ knowsFrom })
    await settleEarlier(chain, funder, { hashes: [payment], clock })
    expect(block()).toBe(knowsFrom)
  })

  it('gives one up that no node has known for six blocks', async () => {
    const { clock, block, ...chain } = chainThat({})
    await settleEarlier(chain, funder, { hashes: [payment], clock })
    expect(block()).toBe(7)
  })
})
