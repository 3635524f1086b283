import { numberToHex } from 'viem'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createReceiptReader } from './receipt-reader.ts'
import { createRpcPool, type RpcPool } from './rpc-pool.ts'
import { type ScriptedNode, startScriptedNode } from './scripted-node.fixture.ts'

const hashOf = (i: number) => numberToHex(i, { size: 32 })
const block = {
  hash: hashOf(1000),
  number: 9,
  transactions: Array.from({ length: 250 }, (_, i) => hashOf(i)),
}

function receipt(hash: unknown, blockHash: string = block.hash) {
  return {
    transactionHash: hash,
    blockHash,
    blockNumber: '0x9',
    status: '0x1',
    from: `0x${'aa'.repeat(20)}`,
    to: null,
    gasUsed: '0x5208',
    effectiveGasPrice: '0x1',
    logs: [],
  }
}

let node: ScriptedNode
let rpc: RpcPool
beforeEach(async () => {
  node = await startScriptedNode()
  rpc = createRpcPool({ urls: [node.url], chainId: 14800 })
  node.answer = ({ method, params }) =>
    method === 'eth_getTransactionReceipt' ? { result: receipt(params[0]) } : undefined
})
afterEach(async () => {
  await rpc.close()
  await node.stop()
})

const blockReceipts = (answer: unknown) => {
  const others = node.answer
  node.answer = (call) => (call.method === 'eth_getBlockReceipts' ? { result: answer } : others(call))
}

describe('reading the receipts of a block', () => {
  it('is one call for all that are wanted, and gives those only', async () => {
    blockReceipts(block.transactions.map((hash) => receipt(hash)))
    const receipts = await createReceiptReader(rpc)(block, block.transactions.slice(0, 200))
    expect(receipts.map(({ transactionHash }) => transactionHash)).toEqual(block.transactions.slice(0, 200))
    expect(rpc.calls().byMethod).toEqual({ eth_chainId: 1, eth_getBlockReceipts: 1 })
  })

  it('is the single call when only one is wanted', async () => {
    expect(await createReceiptReader(rpc)(block, [hashOf(3)])).toHaveLength(1)
    expect(rpc.calls().byMethod).toEqual({ eth_chainId: 1, eth_getTransactionReceipt: 1 })
  })

  it('falls back to batches of a hundred, and does not try what was refused again', async () => {
    const batches: number[] = []
    node.misbehave = (calls) => void batches.push(calls.length)
    const read = createReceiptReader(rpc)
    for (let i = 0; i < 2; i += 1) expect(await read(block, block.transactions)).toHaveLength(250)
    expect(batches).toEqual([1, 1, 100, 100, 50, 100, 100, 50])
    expect(node.count('eth_getBlockReceipts')).toBe(1)
  })

  it.each([
    [
      'with a JSON-RPC error',
      { http: 200, body: '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}' },
    ],
    ['with an HTTP status', { http: 400, body: 'no batches' }],
  ])('falls back to single calls where batches are refused %s', async (_, refusal) => {
    node.misbehave = (calls) => (calls.length > 1 ? refusal : undefined)
    const read = createReceiptReader(rpc)
    expect(await read(block, block.transactions.slice(0, 3))).toHaveLength(3)
    expect(await read(block, block.transactions.slice(0, 3))).toHaveLength(3)
  })

  it('keeps block receipts after a failure that is no refusal', async () => {
    const read = createReceiptReader(rpc)
    node.answer = ({ method }) =>
      method === 'eth_getBlockReceipts' ? { error: { code: -32000, message: 'header not found' } } : undefined
    await expect(read(block, block.transactions)).rejects.toMatchObject({ code: 'CHAIN_RPC_ERROR' })
    blockReceipts(block.transactions.map((hash) => receipt(hash)))
    expect(await read(block, block.transactions)).toHaveLength(250)
  })

  it('leaves out what the node has in another block, or not yet', async () => {
    blockReceipts([receipt(hashOf(0)), receipt(hashOf(1), hashOf(77))])
    expect(await createReceiptReader(rpc)(block, [hashOf(0), hashOf(1), hashOf(2)])).toHaveLength(1)
  })

  it('is no call when none is wanted', async () => {
    expect(await createReceiptReader(rpc)(block, [])).toEqual([])
    expect(rpc.calls().total).toBe(0)
  })

  it('refuses a receipt of another shape', async () => {
    blockReceipts([{ transactionHash: hashOf(0) }, { transactionHash: hashOf(1) }])
    await expect(createReceiptReader(rpc)(block, [hashOf(0), hashOf(1)])).rejects.toMatchObject({
      code: 'CHAIN_RPC_ERROR',
    })
  })
})
