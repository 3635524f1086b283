import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import { readReceipt } from '../../src/chain/rpc/chain-reads.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { offerAgain } from '../../src/chain/transactions/offer-again.ts'
import { signTransaction } from '../../src/chain/transactions/sign-transaction.ts'
import { usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { type RunningAnvil, startAnvil } from '../../src/testbed/chain/start-anvil.ts'

let anvil: RunningAnvil
beforeAll(async () => {
  anvil = await startAnvil({ blockTime: 'instant', keepStates: 16 })
  await anvil.client.setAutomine(false)
}, 60_000)
afterAll(() => anvil?.stop())

describe('a transaction of a removed block', () => {
  it('is offered again, and one that was not kept is not', async () => {
    const rpc = createRpcPool({ ...usualRpc, urls: [anvil.rpcUrl], chainId: anvil.chainId })
    const feed = createBlockFeed({ rpc, pollIntervalMs: 10 })
    const offered = offerAgain({ rpc, feed })
    let seen = 0
    const unlisten = feed.subscribe({
      onBlock: ({ number }) => {
        seen = number
      },
    })
    const { privateKey, address } = devAccounts.funder
    const account = toNativeAccount(privateKey)
    const quote = { maxFeePerGas: 20_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n }
    const sign = (nonce: number) =>
      signTransaction(account, {
        chainId: anvil.chainId,
        nonce,
        to: address,
        gas: 21_000n,
        fees: quote,
      })
    const [kept, other] = [await sign(0), await sign(1)]
    offered.keep(kept, 0)
    for (const { raw } of [kept, other]) await rpc.request('eth_sendRawTransaction', [raw])
    await anvil.client.mine({ blocks: 1 })
    await expect.poll(() => seen, { timeout: 20_000 }).toBe(1)

    await anvil.client.request({ method: 'anvil_reorg', params: [1, []] } as never)
    // The pool has it again as soon as the feed has seen the new block.
    await expect
      .poll(() => rpc.request('eth_getTransactionByHash', [kept.hash]), { timeout: 20_000 })
      .toMatchObject({ blockNumber: null })
    await anvil.client.mine({ blocks: 1 })
    expect((await readReceipt(rpc, kept.hash))?.status).toBe('success')
    expect(await readReceipt(rpc, other.hash)).toBeNull()
    unlisten()
    offered.close()
    feed.close()
    await rpc.close()
  })
})
