import type { Hash } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deployedContracts } from '../../src/config/moksha.ts'
import type { Target } from '../../src/config/target.ts'
import { usualConnection } from '../../src/config/usual-settings.fixture.ts'
import { connectTarget, type TargetConnection } from '../../src/flow/connect-target.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { type RunningAnvil, startAnvil } from '../../src/testbed/chain/start-anvil.ts'

const nowhere = 'http://127.0.0.1:9'
const { signal } = new AbortController()

let anvil: RunningAnvil
let connection: TargetConnection
beforeAll(async () => {
  anvil = await startAnvil({ blockTime: 'instant', keepStates: 16 })
  await anvil.client.setAutomine(false)
  const target: Target = {
    name: 'test',
    chain: { id: anvil.chainId, rpcUrls: [anvil.rpcUrl], contracts: deployedContracts },
    storage: { provider: 'gcs', bucket: 'none', urls: 'public', apiEndpoint: nowhere },
    personalServer: { url: nowhere, profile: 'main-2025-09-05' },
    apiServer: { url: nowhere },
    grantee: { id: 1, address: devAccounts.funder.address },
    faults: [],
    embedded: [],
  }
  const settings = { target, submission: 'direct', threads: 1, blockPollIntervalMs: 20 } as const
  connection = connectTarget({ ...usualConnection, ...settings, confirmations: 3 })
}, 60_000)
afterAll(async () => {
  await connection?.close()
  await anvil?.stop()
})

describe('the receipt of a flow', () => {
  it('comes when its block is as deep as asked for, and not while a reorganization may have taken it', async () => {
    const { client } = anvil
    const { feed, services } = connection
    const { number: afterBlock } = await feed.head()
    const { address } = devAccounts.funder
    const fees = { maxFeePerGas: '0x3b9aca0000', maxPriorityFeePerGas: '0x3b9aca00' }
    const params = [{ from: address, to: address, nonce: '0x0', gas: '0x5208', ...fees }]
    const send = async (): Promise<Hash> =>
      (await client.request({ method: 'eth_sendTransaction', params } as never)) as Hash
    const hash = await send()
    let isThere = false
    const submission = { hash, afterBlock, sendingAtMs: 0, submittedAtMs: 0 }
    const receipt = services.chain.receipt(submission, { signal, onRefused: () => {} }).finally(() => {
      isThere = true
    })
    const seenUpTo = (number: number) =>
      expect.poll(() => feed.latest()?.number, { timeout: 20_000 }).toBe(number)

    await client.mine({ blocks: 2 })
    await seenUpTo(afterBlock + 2)
    expect(isThere).toBe(false)
    // The first of the two blocks goes, and with it the transaction, which comes into a later one.
    await client.request({ method: 'anvil_reorg', params: [2, []] } as never)
    await client.mine({ blocks: 1 })
    await seenUpTo(afterBlock + 3)
    expect(isThere).toBe(false)
    expect(await send()).toBe(hash)
    await client.mine({ blocks: 2 })
    await seenUpTo(afterBlock + 5)
    expect(isThere).toBe(false)
    await client.mine({ blocks: 1 })
    expect((await receipt).blockNumber).toBe(afterBlock + 4)
  })
})
