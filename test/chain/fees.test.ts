import { parseGwei } from 'viem'
import { afterEach, describe, expect, it } from 'vitest'
import { createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { createFees, type FeePolicy } from '../../src/chain/transactions/fees.ts'
import { signTransaction } from '../../src/chain/transactions/sign-transaction.ts'
import { usualFees, usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { startAnvil } from '../../src/testbed/chain/start-anvil.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const account = toNativeAccount(devAccounts.relayer.privateKey)
const transfer = { to: '0x00000000000000000000000000000000000000aa', value: 1n, gas: 21_000n } as const
/** What a block holds. */
const transfersPerBlock = 10

/** Fees of an anvil that mines on request, with ten transfers per block. */
async function startWorld(policy: Partial<FeePolicy> = {}) {
  const anvil = await startAnvil({
    blockTime: 'instant',
    blockGasLimit: BigInt(transfersPerBlock) * transfer.gas,
    keepStates: 64,
  })
  cleanups.push(() => anvil.stop())
  const { client } = anvil
  await client.setAutomine(false)
  const rpc = createRpcPool({ ...usualRpc, urls: [anvil.rpcUrl], chainId: anvil.chainId })
  cleanups.push(rpc.close)
  const feed = createBlockFeed({ rpc, pollIntervalMs: 1000 })
  const fees = createFees({ ...usualFees, rpc, feed, ...policy })
  let nonce = 0
  const newest = () => feed.head({ maxAgeMs: -1 })
  return {
    rpc,
    newest,
    /** Fees made after a look at the chain. */
    async quote() {
      await newest()
      return await fees.current()
    },
    async send(quote: { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }) {
      const { raw } = await signTransaction(account, {
        ...transfer,
        chainId: anvil.chainId,
        nonce,
        fees: quote,
      })
      nonce += 1
      return await client.sendRawTransaction({ serializedTransaction: raw })
    },
    mine: () => client.mine({ blocks: 1 }),
  }
}

describe('fees of a real chain', () => {
  it('foresee the base fee that follows full blocks, and enter the next block for exactly that', async () => {
    const world = await startWorld({ baseFeeMultiplier: 1, priorityFeeWei: 1n })
    let baseFee = (await world.newest()).baseFeePerGas ?? 0n
    for (let block = 0; block < 5; block += 1) {
      const quote = await world.quote()
      for (let i = 0; i < transfersPerBlock; i += 1) await world.send(quote)
      await world.mine()
      const { baseFeePerGas, transactions } = await world.newest()
      expect(quote.maxFeePerGas - quote.maxPriorityFeePerGas).toBe(baseFeePerGas)
      expect(transactions).toHaveLength(transfersPerBlock)
      // Anvil's first block costs what its genesis does.
      if (block > 0) expect(baseFeePerGas).toBeGreaterThan(baseFee)
      baseFee = baseFeePerGas ?? 0n
    }
  })

  it('take the tip that lately was enough, and the node’s own where blocks are empty or nobody tipped', async () => {
    const world = await startWorld()
    const suggested = parseGwei('1')
    await world.mine()
    const first = await world.quote()
    expect(first.maxPriorityFeePerGas).toBe(suggested)

    await world.send({ ...first, maxPriorityFeePerGas: 0n })
    await world.mine()
    expect((await world.quote()).maxPriorityFeePerGas).toBe(suggested)

    const tip = parseGwei('0.3')
    for (let block = 0; block < 3; block += 1) {
      await world.send({ ...(await world.quote()), maxPriorityFeePerGas: tip })
      await world.mine()
      await world.mine()
    }
    expect((await world.quote()).maxPriorityFeePerGas).toBe(tip)
  })

  it('cost one call a block, however many transactions ask', async () => {
    const world = await startWorld()
    for (let block = 0; block < 3; block += 1) {
      await world.mine()
      await world.newest()
      await Promise.all(Array.from({ length: 30 }, () => world.quote()))
    }
    const { eth_feeHistory, eth_maxPriorityFeePerGas } = world.rpc.calls().byMethod
    expect([eth_feeHistory, eth_maxPriorityFeePerGas]).toEqual([3, 1])
  })
})
