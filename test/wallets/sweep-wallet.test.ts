import { parseEther, parseGwei } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import { broadcast } from '../../src/chain/transactions/broadcast.ts'
import { signTransaction } from '../../src/chain/transactions/sign-transaction.ts'
import { usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { type SweptWallet, sweepWallet } from '../../src/wallets/sweep-wallet.ts'
import { until } from './until.fixture.ts'
import { startWalletStack, type WalletStack } from './wallet-stack.fixture.ts'

const amountWei = parseEther('0.1')
const nobody = '0x00000000000000000000000000000000000000bb'
const receiver = '0x00000000000000000000000000000000000000cc'

let stack: WalletStack
beforeAll(async () => {
  stack = await startWalletStack()
})
afterAll(() => stack?.stop())

let nextIndex = 0
/** A funded wallet whose own transaction waits in the pool, since no blocks are made. */
async function walletWithPending() {
  const wallet = stack.manager.wallet(nextIndex)
  await stack.manager.fund({
    ranges: [{ from: nextIndex, count: 1 }],
    amountWei,
    payer: stack.payer(),
    maxSpendWei: parseEther('1'),
  })
  nextIndex += 1
  const { client } = stack.anvil
  await client.setAutomine(false)
  const content = { to: nobody, value: 1_000n, gas: 21_000n } as const
  const fees = { maxFeePerGas: parseGwei('5'), maxPriorityFeePerGas: parseGwei('1') }
  const own = await signTransaction(toNativeAccount(wallet.privateKey), {
    ...content,
    chainId: 14_800,
    nonce: 0,
    fees,
  })
  await broadcast(stack.rpc, own, { stickyKey: wallet.address })
  const pending = () => client.getTransactionCount({ address: wallet.address, blockTag: 'pending' })
  await until(async () => (await pending()) >= 1)
  return { wallet, own }
}

describe('sweeping a wallet whose own transaction is still on its way', () => {
  it('waits for it, and then sends what it left', async () => {
    const { wallet, own } = await walletWithPending()
    const { client } = stack.anvil
    const before = await stack.balance(receiver)
    const swept: SweptWallet[] = []
    const looks = () => stack.rpc.calls().byMethod.eth_getTransactionCount ?? 0
    const looksBefore = looks()
    const sweeping = sweepWallet(stack, wallet, { to: receiver, onSwept: (one) => swept.push(one) })
    await until(() => looks() >= looksBefore + 4)
    await client.setAutomine(true)
    await client.mine({ blocks: 1 })
    await sweeping
    const { gasUsed, effectiveGasPrice } = await client.getTransactionReceipt({ hash: own.hash })
    const feesWei = swept.reduce((sum, one) => sum + one.feesWei, 0n)
    const returned = (await stack.balance(receiver)) - before
    expect(returned).toBe(swept.reduce((sum, one) => sum + one.sweptWei, 0n))
    expect(returned + feesWei + gasUsed * effectiveGasPrice + 1_000n).toBe(amountWei)
    expect(await stack.balance(wallet.address)).toBe(0n)
  })

  it('replaces it if it is not mined, and moves the funds with it', async () => {
    const { wallet, own } = await walletWithPending()
    const { client } = stack.anvil
    const before = await stack.balance(receiver)
    const swept: SweptWallet[] = []
    const sweeping = sweepWallet(stack, wallet, {
      to: receiver,
      patienceMs: 0,
      onSwept: (one) => swept.push(one),
    })
    const isReplaced = async () => {
      const transaction = await client.getTransaction({ hash: own.hash }).catch(() => null)
      return transaction === null
    }
    await until(isReplaced)
    await client.setAutomine(true)
    await client.mine({ blocks: 1 })
    await sweeping
    expect(swept).toHaveLength(1)
    const [{ sweptWei, feesWei } = { sweptWei: 0n, feesWei: 0n }] = swept
    expect((await stack.balance(receiver)) - before).toBe(sweptWei)
    expect(sweptWei + feesWei).toBe(amountWei)
    expect(await stack.balance(wallet.address)).toBe(0n)
  })

  it('replaces its own if the price was too low for the block, and sends the funds once', async () => {
    const wallet = stack.manager.wallet(nextIndex)
    await stack.manager.fund({
      ranges: [{ from: nextIndex, count: 1 }],
      amountWei,
      payer: stack.payer(),
      maxSpendWei: parseEther('1'),
    })
    nextIndex += 1
    const { client } = stack.anvil
    const before = await stack.balance(receiver)
    await client.setAutomine(false)
    const swept: SweptWallet[] = []
    const sweeping = sweepWallet(stack, wallet, {
      to: receiver,
      confirmTimeoutMs: 300,
      patienceMs: 0,
      onSwept: (one) => swept.push(one),
    })
    const pool = async () => (await client.getTxpoolContent()).pending
    const hashOf = async () =>
      Object.entries(await pool()).find(
        ([from]) => from.toLowerCase() === wallet.address.toLowerCase(),
      )?.[1]?.[0]?.hash
    await until(async () => (await hashOf()) !== undefined)
    const first = await hashOf()
    await until(async () => (await hashOf()) !== first)
    await client.setAutomine(true)
    await client.mine({ blocks: 1 })
    await sweeping
    expect(swept).toHaveLength(1)
    const [{ sweptWei, feesWei } = { sweptWei: 0n, feesWei: 0n }] = swept
    expect(sweptWei + feesWei).toBe(amountWei)
    expect((await stack.balance(receiver)) - before).toBe(sweptWei)
  })
})

describe('an endpoint that takes every transaction and loses its answer', () => {
  it('records the swept funds in the ledger', async () => {
    const range = { from: nextIndex, count: 1 }
    nextIndex += 1
    const wallet = stack.manager.wallet(range.from)
    await stack.manager.fund({
      ranges: [range],
      amountWei,
      payer: stack.payer(),
      maxSpendWei: parseEther('1'),
    })
    const node = await startScriptedNode({ upstream: stack.anvil.rpcUrl })
    node.misbehave = ([call]) => (call?.method === 'eth_sendRawTransaction' ? { drop: 'after' } : undefined)
    const health = { failuresToOpen: 100 }
    const rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId: 14_800, health })
    const swept: SweptWallet[] = []
    await sweepWallet({ ...stack, rpc }, wallet, { to: receiver, onSwept: (one) => swept.push(one) })
    expect(swept.map(({ sweptWei, feesWei }) => sweptWei + feesWei)).toEqual([amountWei])
    expect(await stack.balance(wallet.address)).toBe(0n)
    await rpc.close()
    await node.stop()
  })
})

describe('a receiver that rejects funds', () => {
  it('is an error that says why, with the gas it cost booked and nothing as swept', async () => {
    const wallet = stack.manager.wallet(nextIndex)
    const range = { from: nextIndex, count: 1 }
    await stack.manager.fund({
      ranges: [range],
      amountWei,
      payer: stack.payer(),
      maxSpendWei: parseEther('1'),
    })
    nextIndex += 1
    const { client } = stack.anvil
    const refusing = '0x00000000000000000000000000000000000000dd'
    await client.setCode({ address: refusing, bytecode: '0x60006000fd' })
    const swept: SweptWallet[] = []
    const sweeping = sweepWallet(stack, wallet, { to: refusing, onSwept: (one) => swept.push(one) })
    await expect(sweeping).rejects.toMatchObject({
      code: 'TX_REVERTED',
      message: expect.stringContaining(refusing),
    })
    const [{ sweptWei, feesWei } = { sweptWei: 1n, feesWei: 0n }] = swept
    expect(swept).toHaveLength(1)
    expect(sweptWei).toBe(0n)
    expect(await stack.balance(wallet.address)).toBe(amountWei - feesWei)
    expect(await client.getTransactionCount({ address: wallet.address })).toBe(1)
  })
})

describe('sweeping under a fee cap', () => {
  it('does not raise its price beyond the cap', async () => {
    const capped = await startWalletStack({
      fees: { maxFeePerGasWei: parseGwei('3'), priorityFeeWei: parseGwei('1') },
    })
    try {
      const range = { from: 0, count: 1 }
      await capped.manager.fund({
        ranges: [range],
        amountWei,
        payer: capped.payer(),
        maxSpendWei: parseEther('1'),
      })
      await capped.anvil.client.setAutomine(false)
      const sweeping = sweepWallet(capped, capped.manager.wallet(0), {
        to: receiver,
        confirmTimeoutMs: 50,
        patienceMs: 0,
        onSwept: () => {},
      })
      await expect(sweeping).rejects.toMatchObject({ code: 'CHAIN_UNDERPRICED' })
      const { pending } = await capped.anvil.client.getTxpoolContent()
      const prices = Object.values(pending).flatMap((byNonce) =>
        Object.values(byNonce).map(({ maxFeePerGas }) => BigInt(maxFeePerGas ?? 0)),
      )
      expect(prices.length).toBeGreaterThan(0)
      for (const price of prices) expect(price).toBeLessThanOrEqual(parseGwei('3'))
    } finally {
      await capped.stop()
    }
  })
})
