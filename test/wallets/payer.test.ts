import { afterEach, describe, expect, it } from 'vitest'
import { createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import { ReceiptHub } from '../../src/chain/blocks/receipt-hub.ts'
import { Lane } from '../../src/chain/lanes/lane.ts'
import { startLaggingNode } from '../../src/chain/rpc/lagging-node.fixture.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { createFees } from '../../src/chain/transactions/fees.ts'
import { usualFees, usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { startAnvil } from '../../src/testbed/chain/start-anvil.ts'
import { createPayer } from '../../src/wallets/payer.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const { address: funder, privateKey } = devAccounts.funder
const nobody = '0x00000000000000000000000000000000000000aa'

/** A payer over an anvil whose blocks and receipts come late. */
async function startWorld(options: { blocksLate: number }) {
  const anvil = await startAnvil({ blockTime: 'instant', keepStates: 64 })
  cleanups.push(() => anvil.stop())
  const { client, chainId } = anvil
  await client.setAutomine(false)
  await client.mine({ blocks: options.blocksLate + 1 })
  const node = await startLaggingNode({ upstream: anvil.rpcUrl, chainId, blocks: options.blocksLate })
  cleanups.push(node.stop)
  const clock = { now: () => performance.now(), sleepUntil: async () => undefined }
  const rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId })
  cleanups.push(rpc.close)
  const feed = createBlockFeed({ rpc, pollIntervalMs: 10 })
  cleanups.push(async () => feed.close())
  const hub = new ReceiptHub({ rpc, feed })
  cleanups.push(async () => hub.close())
  const account = toNativeAccount(privateKey)
  const lane = new Lane({ rpc, feed, clock, account, fees: createFees({ ...usualFees, rpc, feed }) })
  cleanups.push(async () => lane.close())
  return {
    client,
    feed,
    payer: createPayer({ rpc, hub, lane }),
    /** The blocks of a chain that goes on while something is waited for; each is seen before the next comes. */
    async mineUntil(isOver: () => boolean) {
      while (!isOver()) {
        const before = feed.stats().blocks
        await client.mine({ blocks: 1 })
        await expect
          .poll(() => isOver() || feed.stats().blocks > before, { timeout: 20_000, interval: 5 })
          .toBe(true)
      }
    },
  }
}

describe('a payer behind an endpoint whose backends are blocks apart', () => {
  it.each([2, 6])(
    'ledger each of 29 payments, nine blocks apart, with receipts %i blocks late',
    async (blocksLate) => {
      const { client, feed, payer, mineUntil } = await startWorld({ blocksLate })
      const before = await client.getBalance({ address: nobody })
      const paid = []
      for (let i = 0; i < 29; i += 1) {
        let isOver = false
        const paying = payer.pay({ to: nobody, data: '0x', valueWei: 1n, gas: 21_000n }).finally(() => {
          isOver = true
        })
        await Promise.all([paying, mineUntil(() => isOver)])
        paid.push(await paying)
        await client.mine({ blocks: 8 })
        await feed.head({ maxAgeMs: 0 })
      }
      expect(paid.map(({ status }) => status)).toEqual(Array(29).fill('success'))
      expect(await client.getTransactionCount({ address: funder })).toBe(29)
      expect((await client.getBalance({ address: nobody })) - before).toBe(29n)
    },
  )
})
