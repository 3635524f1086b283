import { describe, expect, it } from 'vitest'
import { completeReceipt, readBalance, readBlock, readTransactionCount } from './chain-reads.ts'
import type { RpcPool } from './rpc.ts'

const answering = (answer: unknown): RpcPool =>
  ({ request: async () => answer }) as Partial<RpcPool> as RpcPool
const word = `0x${'ab'.repeat(32)}`
const receipt = {
  transactionHash: word,
  blockHash: word,
  blockNumber: '0x10',
  status: '0x0',
  from: '0xAA',
  to: null,
  gasUsed: '0x5208',
  effectiveGasPrice: '0x3b9aca00',
  logs: [{ address: '0xBB', topics: [word], data: '0x', logIndex: '0x0' }],
  somethingNew: { x: 1 },
}

describe('what a node answers', () => {
  it('is read into numbers, whatever else it holds', async () => {
    expect(await completeReceipt(answering(null), receipt)).toEqual({
      transactionHash: word,
      blockHash: word,
      blockNumber: 16,
      status: 'reverted',
      from: '0xAA',
      to: null,
      gasUsed: 21_000n,
      effectiveGasPrice: 10n ** 9n,
      logs: [{ address: '0xBB', topics: [word], data: '0x' }],
    })
    expect(await completeReceipt(answering(null), null)).toBeNull()
  })

  it.each([
    ['no object', 'later'],
    ['a missing field', { ...receipt, gasUsed: undefined }],
    ['a number that is not hex', { ...receipt, blockNumber: 16 }],
    ['a number without a digit', { ...receipt, gasUsed: '0x' }],
    ['a status without a digit', { ...receipt, status: '0x' }],
    ['a block that no chain will come to', { ...receipt, blockNumber: `0x${'f'.repeat(20)}` }],
  ])('is refused with %s', async (_, answer) => {
    await expect(completeReceipt(answering(null), answer)).rejects.toMatchObject({ code: 'CHAIN_RPC_ERROR' })
  })

  it('may be a block without a base fee, or no block', async () => {
    const block = {
      number: '0x1',
      hash: word,
      parentHash: word,
      timestamp: '0x2',
      gasLimit: '0x3',
      gasUsed: '0x0',
    }
    expect(await readBlock(answering({ ...block, transactions: [] }), 1)).toMatchObject({
      number: 1,
      timestamp: 2,
    })
    expect(await readBlock(answering(null), 'latest')).toBeNull()
  })

  it('is never taken for a count without a digit', async () => {
    await expect(readTransactionCount(answering('0x'), '0x1')).rejects.toMatchObject({
      code: 'CHAIN_RPC_ERROR',
      message: expect.stringContaining('expected a number in hex'),
    })
    await expect(readBalance(answering('0x'), '0x1')).rejects.toMatchObject({ code: 'CHAIN_RPC_ERROR' })
  })

  it('is named by method when it cannot be read', async () => {
    await expect(readBalance(answering('many'), '0x1')).rejects.toThrow(/eth_getBalance.*another shape/)
    await expect(readTransactionCount(answering(null), '0x1')).rejects.toThrow(/eth_getTransactionCount/)
  })
})

describe('the price of a receipt without one', () => {
  const gwei = (amount: number): string => `0x${(amount * 1e9).toString(16)}`
  /** A node that knows the transaction and its block, as far as it says. */
  const nodeWith = (offer: unknown, baseFee?: string): RpcPool => {
    const request = async (method: string): Promise<unknown> => {
      if (method === 'eth_getTransactionByHash') return offer
      const block = { number: '0x10', hash: word, parentHash: word, timestamp: '0x2', gasLimit: '0x3' }
      return {
        ...block,
        gasUsed: '0x0',
        transactions: [],
        ...(baseFee !== undefined && { baseFeePerGas: baseFee }),
      }
    }
    return { request } as Partial<RpcPool> as RpcPool
  }
  const dynamic = (maxFee: number, tip: number) => ({
    gasPrice: gwei(maxFee),
    maxFeePerGas: gwei(maxFee),
    maxPriorityFeePerGas: gwei(tip),
  })

  it.each([
    ['base fee and tip', dynamic(30, 2), gwei(7), 9],
    ['the cap, where that is lower', dynamic(8, 2), gwei(7), 8],
    ['the price of a transaction of the old kind', { gasPrice: gwei(5) }, gwei(3), 5],
    ['that also without base fees', { gasPrice: gwei(5) }, undefined, 5],
  ])('is %s', async (_, offer, baseFee, expected) => {
    for (const effectiveGasPrice of [undefined, null]) {
      const answer = { ...receipt, effectiveGasPrice }
      const { effectiveGasPrice: price } = (await completeReceipt(nodeWith(offer, baseFee), answer)) ?? {}
      expect(price).toBe(BigInt(expected) * 10n ** 9n)
    }
  })

  it.each([
    ['does not know the transaction', null, gwei(7)],
    ['has no base fee to a cap', dynamic(30, 2), undefined],
    ['says nothing of an offer', {}, gwei(7)],
  ])('is refused by name when the node %s', async (_, offer, baseFee) => {
    const answer = { ...receipt, effectiveGasPrice: null }
    await expect(completeReceipt(nodeWith(offer, baseFee), answer)).rejects.toMatchObject({
      code: 'CHAIN_RPC_ERROR',
      message: expect.stringContaining(`the receipt of ${word} has no effectiveGasPrice`),
    })
  })

  it('may be zero where the node says so', async () => {
    const free = await completeReceipt(answering(null), { ...receipt, effectiveGasPrice: '0x0' })
    expect(free?.effectiveGasPrice).toBe(0n)
  })
})
