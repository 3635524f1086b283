import { type Hash, parseEther } from 'viem'
import { generatePrivateKey } from 'viem/accounts'
import { afterEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../src/async/manual-clock.fixture.ts'
import { createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import { ReceiptHub } from '../../src/chain/blocks/receipt-hub.ts'
import type { LaneLedger } from '../../src/chain/lanes/lane-ledger.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import { createFees } from '../../src/chain/transactions/fees.ts'
import type { FundsFor } from '../../src/chain/transactions/funds-for.ts'
import { createTransactionKeeper } from '../../src/chain/transactions/keep-transaction.ts'
import { createUserSender } from '../../src/chain/transactions/user-sender.ts'
import { usualFees, usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { startAnvil } from '../../src/testbed/chain/start-anvil.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const to = '0x00000000000000000000000000000000000000aa'
const sends = 'eth_sendRawTransaction'
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })

/** A user with a new wallet, over an anvil that mines when it is asked to, through a node that can misbehave. */
async function startWorld(balance = '1') {
  const anvil = await startAnvil({ blockTime: 'instant', keepStates: 64 })
  cleanups.push(() => anvil.stop())
  const { client } = anvil
  await client.setAutomine(false)
  const node = await startScriptedNode({ upstream: anvil.rpcUrl })
  cleanups.push(node.stop)
  const rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId: anvil.chainId })
  cleanups.push(rpc.close)
  const feed = createBlockFeed({ rpc, pollIntervalMs: 10 })
  cleanups.push(async () => feed.close())
  const fees = createFees({ ...usualFees, rpc, feed })
  const hub = new ReceiptHub({ rpc, feed })
  cleanups.push(async () => hub.close())
  // A stuck one is replaced after some time, which passes when the test says so.
  const clock = createManualClock()
  const keep = createTransactionKeeper({ rpc, feed, fees, receipts: hub, clock })
  const account = toNativeAccount(generatePrivateKey())
  await client.setBalance({ address: account.address, value: parseEther(balance) })
  const open = new Set<Hash>()
  const ledger: LaneLedger = {
    enter: ({ hash }) => void open.add(hash),
    unsent: (hash) => void open.delete(hash),
  }
  const send = createUserSender({ rpc, fees, keep })
  return {
    account,
    client,
    clock,
    hub,
    node,
    open,
    send: (options: { fundsFor?: FundsFor } = {}) =>
      send({ account, to, value: 1n, gas: 21_000n, ledger, ...options }),
    mine: () => client.mine({ blocks: 1 }),
    count: () => client.getTransactionCount({ address: account.address }),
  }
}

describe('a transaction that a user sends', () => {
  it('is offered again when no node knows it any more', async () => {
    const { send, node, hub, mine, count } = await startWorld()
    let dropped = 0
    node.answer = ({ method }) => {
      if (method !== sends || dropped > 0) return undefined
      dropped += 1
      return { result: `0x${'11'.repeat(32)}` }
    }
    const submission = await send()
    const receipt = hub.waitForReceipt(submission.hash, submission)
    await eventually(async () => {
      await mine()
      return await count()
    }).toBe(1)
    await mine()
    expect((await receipt).transactionHash).toBe(submission.hash)
    submission.kept?.end()
  })

  it('is replaced with higher fees if no block includes it, and waiting callers get the receipt of the mined one', async () => {
    const { send, node, clock, hub, mine, count, open } = await startWorld()
    let swallowed: unknown
    node.answer = ({ method, params }) => {
      if (method === sends && (swallowed ?? params[0]) === params[0]) {
        swallowed = params[0]
        return { result: `0x${'11'.repeat(32)}` }
      }
      return method === 'eth_getTransactionByHash' ? { result: {} } : undefined
    }
    const submission = await send()
    const receipt = hub.waitForReceipt(submission.hash, submission)
    await eventually(async () => {
      await mine()
      await clock.advanceTo(clock.now() + 1000)
      return await count()
    }).toBe(1)
    await mine()
    const { transactionHash } = await receipt
    expect(transactionHash).not.toBe(submission.hash)
    expect([...open]).toEqual([submission.hash, transactionHash])
    submission.kept?.end()
  })

  it('goes on when the answer to its sending was lost', async () => {
    const { send, node, hub, mine, count } = await startWorld()
    let isDown = true
    node.misbehave = ([call]) => (isDown && call?.method === sends ? { drop: 'before' } : undefined)
    const submission = await send()
    isDown = false
    const receipt = hub.waitForReceipt(submission.hash, submission)
    await eventually(async () => {
      await mine()
      return await count()
    }).toBe(1)
    await mine()
    expect((await receipt).transactionHash).toBe(submission.hash)
    submission.kept?.end()
  })

  it('is lost once another transaction has its nonce for good', async () => {
    const { account, client, send, node, mine, open } = await startWorld()
    let isDown = true
    node.misbehave = ([call]) => (isDown && call?.method === sends ? { drop: 'before' } : undefined)
    const submission = await send()
    await client.impersonateAccount({ address: account.address })
    await client.request({
      method: 'eth_sendTransaction',
      params: [{ from: account.address, to, nonce: '0x0', gas: '0x5208' }],
    } as never)
    await mine()
    isDown = false
    await eventually(async () => {
      await mine()
      return submission.kept?.lost.aborted
    }).toBe(true)
    expect(submission.kept?.lost.reason).toMatchObject({ code: 'TX_NOT_CONFIRMED' })
    expect([...open]).toEqual([])
  })

  it('is paid for when the price has risen beyond what its wallet holds', async () => {
    const { account, client, send, hub, mine, count } = await startWorld('0.0001')
    const submission = await send({
      fundsFor: async (_, { refused }) => {
        if (refused) await client.setBalance({ address: account.address, value: parseEther('1') })
      },
    })
    const receipt = hub.waitForReceipt(submission.hash, submission)
    await eventually(async () => {
      await client.setNextBlockBaseFeePerGas({ baseFeePerGas: 20n * 10n ** 9n })
      await mine()
      return await count()
    }).toBe(1)
    await mine()
    expect(await receipt).toMatchObject({ status: 'success' })
    submission.kept?.end()
  })
})
