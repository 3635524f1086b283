import { parseEther, parseGwei } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTransactionCount } from '../../src/chain/rpc/chain-reads.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import {
  type CallAnswer,
  type ScriptedNode,
  startScriptedNode,
} from '../../src/chain/rpc/scripted-node.fixture.ts'
import { broadcast } from '../../src/chain/transactions/broadcast.ts'
import { signTransaction } from '../../src/chain/transactions/sign-transaction.ts'
import { usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { createNonceReader } from '../../src/wallets/read-nonces.ts'
import { startWalletStack, type WalletStack } from './wallet-stack.fixture.ts'

const count = 60
const receiver = '0x00000000000000000000000000000000000000cc'

let stack: WalletStack
let node: ScriptedNode
beforeAll(async () => {
  stack = await startWalletStack()
  node = await startScriptedNode({ upstream: stack.anvil.rpcUrl })
  for (const wallet of wallets()) {
    await stack.anvil.client.setBalance({ address: wallet.address, value: parseEther('1') })
    if (wallet.index % 3 === 1) await send(wallet.index, 0)
  }
})
afterAll(async () => {
  await node?.stop()
  await stack?.stop()
})

const wallets = () => [...stack.manager.wallets({ from: 0, count })]

async function send(index: number, nonce: number): Promise<void> {
  const { address, privateKey } = stack.manager.wallet(index)
  const content = { to: receiver, value: 1n, gas: 21_000n } as const
  const fees = { maxFeePerGas: parseGwei('20'), maxPriorityFeePerGas: parseGwei('1') }
  const signed = await signTransaction(toNativeAccount(privateKey), {
    ...content,
    chainId: 14_800,
    nonce,
    fees,
  })
  await broadcast(stack.rpc, signed, { stickyKey: address })
}

/** What the reader says, what the chain says, and how many calls the reader made. */
async function compare(poolStatus?: CallAnswer) {
  node.answer = ({ method }) => (method === 'txpool_status' ? poolStatus : undefined)
  node.received.length = 0
  const rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId: 14_800 })
  try {
    const addresses = wallets().map(({ address }) => address)
    const read = await createNonceReader(rpc)(addresses)
    const truth = await Promise.all(
      addresses.map(async (address) => ({
        mined: await readTransactionCount(stack.rpc, address),
        sent: await readTransactionCount(stack.rpc, address, { at: 'pending' }),
      })),
    )
    const counts = node.count('eth_getTransactionCount')
    return { read, truth, counts, looks: node.count('txpool_status') }
  } finally {
    await rpc.close()
  }
}

describe('reading the nonces of many wallets', () => {
  it('takes one count for each while nobody’s transaction waits', async () => {
    const { read, truth, counts } = await compare()
    expect(read).toEqual(truth)
    expect(read.filter(({ mined }) => mined === 1)).toHaveLength(count / 3)
    expect(counts).toBe(count)
  })

  it.each<[string, CallAnswer]>([
    ['does not tell of its pool', { error: { code: -32601, message: 'the method does not exist' } }],
    ['tells of it in another way', { result: 'none' }],
    ['keeps some in a part of its own', { result: { pending: '0x0', queued: '0x0', baseFee: '0x1' } }],
  ])('takes a second one only for those that were used, where a node %s', async (_how, status) => {
    const { read, truth, counts, looks } = await compare(status)
    expect(read).toEqual(truth)
    expect(counts).toBe(count + count / 3)
    expect(looks).toBe('error' in status ? 1 : 2)
  })

  it('finds those that wait, of wallets that were used and of new ones', async () => {
    const { client } = stack.anvil
    await client.setAutomine(false)
    try {
      for (const index of [0, 1, 57]) await send(index, index % 3 === 1 ? 1 : 0)
      await send(58, 1)
      const { read, truth } = await compare()
      expect(read).toEqual(truth)
      expect(read.flatMap(({ mined, sent }, i) => (sent > mined ? [i] : []))).toEqual([0, 1, 57, 58])
    } finally {
      await client.setAutomine(true)
      await client.mine({ blocks: 1 })
    }
  })
})
