import { numberToHex } from 'viem'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { usualRpc } from '../../config/usual-settings.fixture.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import { createRpcPool } from '../rpc/rpc-pool.ts'
import {
  type CallAnswer,
  type Misbehaviour,
  type ReceivedCall,
  type ScriptedNode,
  startScriptedNode,
} from '../rpc/scripted-node.fixture.ts'
import { createReceiptReader } from './receipt-reader.ts'

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
  rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId: 14800 })
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

  const refusal = (code: number, message: string): CallAnswer => ({ error: { code, message } })

  it.each<[string, CallAnswer | Misbehaviour, number]>([
    ['-32601', refusal(-32601, 'method not found'), 1],
    ['-32600 in other words', refusal(-32600, 'Unsupported method'), 1],
    ['-32001', refusal(-32001, 'rpc method is not whitelisted'), 1],
    ['-32000', refusal(-32000, 'no such thing here'), 1],
    ['HTTP 403', { http: 403, body: 'forbidden' }, 1],
    ['HTTP 501', { http: 501 }, 2],
    ['HTTP 500', { http: 500 }, 2],
    ['an internal error', refusal(-32603, 'internal error'), 2],
    ['a cut connection', { drop: 'before' }, 2],
    ['null', { result: null }, 2],
    ['no list', { result: { receipts: [] } }, 2],
    ['an empty list', { result: [] }, 2],
    ['receipts of another block', { result: block.transactions.map((hash) => receipt(hash, hashOf(77))) }, 2],
  ])(
    'does without block receipts after %s, for good once single calls have shown it',
    async (_, answer, times) => {
      const others = node.answer
      const isIt = (call?: ReceivedCall): boolean => call?.method === 'eth_getBlockReceipts'
      const isAnswer = 'result' in answer || 'error' in answer
      node.answer = (call) => (isAnswer && isIt(call) ? answer : others(call))
      node.misbehave = ([call]) => (!isAnswer && isIt(call) ? answer : undefined)
      const read = createReceiptReader(rpc)
      for (let i = 0; i < 4; i += 1) {
        expect(await read(block, block.transactions.slice(0, 20))).toHaveLength(20)
      }
      const asked = node.count('eth_getBlockReceipts')
      expect(asked).toBe(times)
    },
  )

  it('keeps block receipts after one failure among successes', async () => {
    const read = createReceiptReader(rpc)
    blockReceipts(block.transactions.map((hash) => receipt(hash)))
    for (let i = 0; i < 6; i += 1) {
      node.misbehave = ([call]) =>
        i % 2 === 0 && call?.method === 'eth_getBlockReceipts' ? { http: 503 } : undefined
      expect(await read(block, block.transactions)).toHaveLength(250)
    }
    expect(node.count('eth_getBlockReceipts')).toBe(6)
  })

  it('keeps block receipts where the node has none of a block yet, at the cost of one call', async () => {
    node.answer = ({ method }) => (method === 'eth_chainId' ? undefined : { result: null })
    const read = createReceiptReader(rpc)
    for (let i = 0; i < 3; i += 1) expect(await read(block, block.transactions)).toEqual([])
    expect([node.count('eth_getBlockReceipts'), node.count('eth_getTransactionReceipt')]).toEqual([3, 3])
  })

  it('leaves out what the node has in another block, or not yet', async () => {
    node.answer = ({ method }) => (method === 'eth_getTransactionReceipt' ? { result: null } : undefined)
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
