import type { Hash, Hex } from 'viem'
import { afterEach, describe, expect, it } from 'vitest'
import { createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import { ReceiptHub } from '../../src/chain/blocks/receipt-hub.ts'
import { Lane } from '../../src/chain/lanes/lane.ts'
import type { LaneEvent } from '../../src/chain/lanes/lane-entry.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { createFees } from '../../src/chain/transactions/fees.ts'
import { usualFees, usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { startAnvil } from '../../src/testbed/chain/start-anvil.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const { address: relayer, privateKey } = devAccounts.relayer
const transfer = { to: '0x00000000000000000000000000000000000000aa', value: 1n, gas: 21_000n } as const

/** Anvil shares the machine with other tests: whatever is waited for has time. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })

/** A lane and a receipt hub over an anvil that mines on request. */
async function startWorld() {
  const anvil = await startAnvil({ blockTime: 'instant', keepStates: 64 })
  cleanups.push(() => anvil.stop())
  const { client } = anvil
  await client.setAutomine(false)
  const rpc = createRpcPool({ ...usualRpc, urls: [anvil.rpcUrl], chainId: anvil.chainId })
  cleanups.push(rpc.close)
  const feed = createBlockFeed({ rpc, pollIntervalMs: 10 })
  cleanups.push(async () => feed.close())
  const hub = new ReceiptHub({ rpc, feed })
  cleanups.push(async () => hub.close())
  const account = toNativeAccount(privateKey)
  const lane = new Lane({
    rpc,
    feed,
    account,
    fees: createFees({ ...usualFees, rpc, feed }),
    stuckAfterBlocks: 3,
  })
  cleanups.push(async () => lane.close())
  const request = (method: string, ...params: unknown[]): Promise<unknown> =>
    client.request({ method, params } as never)
  return {
    client,
    feed,
    hub,
    lane,
    request,
    mine: (blocks = 1) => client.mine({ blocks }),
    minedCount: () => client.getTransactionCount({ address: relayer }),
    raw: async (hash: Hash) => (await request('eth_getRawTransactionByHash', hash)) as Hex,
    /** Sends, and waits for more confirmations than a reorganization takes away. */
    async send() {
      const events: LaneEvent[] = []
      const submission = await lane.send({
        ...transfer,
        onEvent(event) {
          events.push(event)
          if (event.type === 'replaced') hub.replace(event.hash, event.newHash)
        },
      })
      return {
        ...submission,
        events,
        receipt: hub.waitForReceipt(submission.hash, { ...submission, confirmations: 12 }),
      }
    },
  }
}

describe('a lane and those who wait for its transactions, on a chain that loses them', () => {
  it('come through a reorganization ten blocks deep that gives none of the transactions back', async () => {
    const { lane, feed, client, request, mine, minedCount, send } = await startWorld()
    await mine(2)
    const sent = [await send(), await send()]
    await mine(5)
    sent.push(await send())
    await mine(5)
    await eventually(() => feed.latest()?.number).toBe(12)
    await request('anvil_reorg', 10, [])
    await eventually(() => feed.stats().deepestReorg).toBe(10)
    await eventually(async () => {
      await mine()
      return await minedCount()
    }).toBe(3)
    await lane.drain()
    await mine(12)
    const receipts = await Promise.all(sent.map(({ receipt }) => receipt))
    for (const { blockHash, blockNumber, status } of receipts) {
      expect(status).toBe('success')
      expect((await client.getBlock({ blockNumber: BigInt(blockNumber) })).hash).toBe(blockHash)
    }
    // What was confirmed, went away and came back is confirmed where it is now.
    for (const [i, { events }] of sent.entries()) {
      expect(events.at(-1)).toMatchObject({ type: 'confirmed', blockNumber: receipts[i]?.blockNumber })
    }
    expect(lane.status()).toMatchObject({ pending: 0, nextNonce: 3 })
  })

  it('come through one that puts them into other blocks than before', async () => {
    const { lane, feed, client, request, mine, send, raw } = await startWorld()
    await mine()
    const [first, second] = [await send(), await send()]
    const raws = [await raw(first.hash), await raw(second.hash)]
    await mine(10)
    await eventually(() => feed.latest()?.number).toBe(11)
    // They were both in block 2; now the one comes in block 4, the other in block 9.
    await request('anvil_reorg', 10, [
      [raws[0], 2],
      [raws[1], 7],
    ])
    await eventually(() => feed.stats().deepestReorg).toBe(10)
    await mine(12)
    const receipts = await Promise.all([first.receipt, second.receipt])
    expect(receipts.map(({ blockNumber }) => blockNumber)).toEqual([4, 9])
    for (const { transactionHash, blockNumber } of receipts) {
      const { hash } = await client.getBlock({ blockNumber: BigInt(blockNumber) })
      expect((await client.getTransactionReceipt({ hash: transactionHash })).blockHash).toBe(hash)
    }
    await lane.drain()
    expect(lane.status()).toMatchObject({ pending: 0, nextNonce: 2 })
  })

  it('send again whichever of a row the node dropped, and all are mined in order', async () => {
    const { lane, client, mine, minedCount, send } = await startWorld()
    const sent = [await send(), await send(), await send(), await send()]
    for (const i of [0, 2]) await client.dropTransaction({ hash: sent[i]?.hash as Hash })
    await eventually(async () => {
      await mine()
      return await minedCount()
    }).toBe(4)
    await lane.drain()
    await mine(12)
    const blocks = (await Promise.all(sent.map(({ receipt }) => receipt))).map(
      ({ blockNumber }) => blockNumber,
    )
    expect(blocks).toEqual([...blocks].sort((a, b) => a - b))
    expect(sent.map(({ events }) => events.at(-1)?.type)).toEqual(Array(4).fill('confirmed'))
  })
})
