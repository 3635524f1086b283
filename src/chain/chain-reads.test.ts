import { describe, expect, it } from 'vitest'
import { parseReceipt, readBalance, readBlock, readTransactionCount } from './chain-reads.ts'
import type { RpcPool } from './rpc-pool.ts'

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
  it('is read into numbers, whatever else it carries', () => {
    expect(parseReceipt(receipt)).toEqual({
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
    expect(parseReceipt(null)).toBeNull()
  })

  it.each([
    ['no object', 'later'],
    ['a missing field', { ...receipt, gasUsed: undefined }],
    ['a number that is not hex', { ...receipt, blockNumber: 16 }],
    ['a number without a digit', { ...receipt, gasUsed: '0x' }],
    ['a status without a digit', { ...receipt, status: '0x' }],
    ['a block that no chain will come to', { ...receipt, blockNumber: `0x${'f'.repeat(20)}` }],
  ])('is refused with %s', (_, answer) => {
    expect(() => parseReceipt(answer)).toThrowError(expect.objectContaining({ code: 'CHAIN_RPC_ERROR' }))
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
