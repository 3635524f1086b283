import { parseEther } from 'viem'
import { generatePrivateKey } from 'viem/accounts'
import { afterEach, describe, expect, it } from 'vitest'
import { createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { type ScriptedNode, startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import { createFees } from '../../src/chain/transactions/fees.ts'
import { createUserSender } from '../../src/chain/transactions/user-sender.ts'
import { usualFees, usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { startAnvil } from '../../src/testbed/chain/start-anvil.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const to = '0x00000000000000000000000000000000000000aa'

/** A sender over an anvil, through a node that can lose requests. */
async function startWorld() {
  const anvil = await startAnvil({ blockTime: 'instant' })
  cleanups.push(() => anvil.stop())
  const node = await startScriptedNode({ upstream: anvil.rpcUrl })
  cleanups.push(node.stop)
  const rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId: anvil.chainId })
  cleanups.push(rpc.close)
  const fees = createFees({ ...usualFees, rpc, feed: createBlockFeed({ rpc, pollIntervalMs: 250 }) })
  const clock = { now: () => performance.now(), sleepUntil: async () => undefined }
  const { client } = anvil
  const newWallet = async (balance = '1') => {
    const account = toNativeAccount(generatePrivateKey())
    await client.setBalance({ address: account.address, value: parseEther(balance) })
    return account
  }
  const mined = (address: `0x${string}`) => client.getTransactionCount({ address })
  // Anvil answers before its block is there, and shares the machine with other tests.
  const minedAtLast = (address: `0x${string}`, count: number) =>
    expect.poll(() => mined(address), { timeout: 20_000 }).toBe(count)
  return {
    client,
    node,
    newSender: () => createUserSender({ rpc, fees, clock }),
    newWallet,
    async usedWallet() {
      const account = await newWallet()
      await createUserSender({ rpc, fees, clock })({ account, to, value: 1n, gas: 21_000n })
      await minedAtLast(account.address, 1)
      return account
    },
    mined,
    minedAtLast,
  }
}

/** The codes and texts that Besu gives the errors of anvil. */
const besuErrors: readonly [RegExp, { code: number; message: string }][] = [
  [/nonce too low/i, { code: -32001, message: 'Nonce too low' }],
  [/insufficient funds/i, { code: -32004, message: 'Upfront cost exceeds account balance' }],
  [/already (known|imported)/i, { code: -32000, message: 'Known transaction' }],
]

/** Lets a node answer errors as Besu does. */
function speakAsBesu(node: ScriptedNode): void {
  node.answer = async (call) => {
    const answer = await node.forward(call)
    if (!('error' in answer)) return answer
    const besu = besuErrors.find(([text]) => text.test(answer.error.message))?.[1]
    return besu === undefined ? answer : { error: besu }
  }
}

const reads = 'eth_getTransactionCount'
const sends = 'eth_sendRawTransaction'

describe('the sender of users with wallets of their own', () => {
  it('reads no nonce for new wallets', async () => {
    const { newSender, newWallet, node, minedAtLast } = await startWorld()
    const send = newSender()
    for (let user = 0; user < 3; user += 1) {
      const account = await newWallet()
      expect((await send({ account, to, gas: 21_000n })).nonce).toBe(0)
      await minedAtLast(account.address, 1)
    }
    expect([node.count(reads), node.count(sends)]).toEqual([0, 3])
  })

  it('learns from the first wallet of an earlier run that nonces are to be read, and sends nothing twice', async () => {
    const { newSender, usedWallet, node, minedAtLast } = await startWorld()
    const wallets = [await usedWallet(), await usedWallet(), await usedWallet()]
    const send = newSender()
    const before = node.count(sends)
    for (const account of wallets) {
      expect((await send({ account, to, gas: 21_000n })).nonce).toBe(1)
      await minedAtLast(account.address, 2)
    }
    // One of them was refused, from which the rest was learned.
    expect([node.count(reads), node.count(sends) - before]).toEqual([3, 4])
  })

  it('puts itself behind a transaction of an earlier run that is still in the pool', async () => {
    const { newSender, newWallet, client, minedAtLast } = await startWorld()
    await client.setAutomine(false)
    const account = await newWallet()
    const earlier = await newSender()({ account, to, gas: 21_000n })
    const later = await newSender()({ account, to, value: 1n, gas: 21_000n })
    expect([earlier.nonce, later.nonce]).toEqual([0, 1])
    await client.mine({ blocks: 1 })
    await minedAtLast(account.address, 2)
  })

  it('learns the same from a node with the codes of Besu, and tells an empty wallet from it', async () => {
    const { newSender, newWallet, usedWallet, node, minedAtLast } = await startWorld()
    speakAsBesu(node)
    const account = await usedWallet()
    const send = newSender()
    expect((await send({ account, to, gas: 21_000n })).nonce).toBe(1)
    await minedAtLast(account.address, 2)
    const poor = await newWallet('0')
    await expect(send({ account: poor, to, gas: 21_000n })).rejects.toMatchObject({
      code: 'CHAIN_INSUFFICIENT_FUNDS',
      details: { code: -32004 },
    })
  })

  it('learns nothing from a wallet that cannot pay', async () => {
    const { newSender, newWallet, node } = await startWorld()
    const send = newSender()
    const poor = await newWallet('0')
    await expect(send({ account: poor, to, gas: 21_000n })).rejects.toMatchObject({
      code: 'CHAIN_INSUFFICIENT_FUNDS',
    })
    await send({ account: await newWallet(), to, gas: 21_000n })
    expect(node.count(reads)).toBe(0)
  })

  it('does not send again under another nonce what may have been taken already', async () => {
    const { newSender, usedWallet, node, mined } = await startWorld()
    const account = await usedWallet()
    const send = newSender()
    let lost = 0
    node.misbehave = ([call]) => {
      if (call?.method !== sends || lost > 0) return undefined
      lost += 1
      return { drop: 'before' }
    }
    await expect(send({ account, to, gas: 21_000n })).rejects.toMatchObject({
      code: 'CHAIN_NONCE',
      details: { reason: 'nonce-too-low', mayBeSent: true },
    })
    expect([node.count(reads), await mined(account.address)]).toEqual([0, 1])
  })
})
