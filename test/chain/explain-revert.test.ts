import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeAddServerFilesAndPermissions } from '../../src/chain/permissions/add-server-files-and-permissions.ts'
import { readReceipt } from '../../src/chain/rpc/chain-reads.ts'
import type { RpcPool } from '../../src/chain/rpc/rpc.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { explainRevert } from '../../src/chain/transactions/explain-revert.ts'
import { usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { type RunningChain, startChain } from '../../src/testbed/chain/start-chain.ts'
import { flowMessage, newUser, relayBody } from '../server/api-server.fixture.ts'

let chain: RunningChain
let rpc: RpcPool
beforeAll(async () => {
  chain = await startChain({ blockTime: 'instant' })
  rpc = createRpcPool({ ...usualRpc, urls: [chain.rpcUrl], chainId: chain.chainId })
})
afterAll(async () => {
  await rpc.close()
  await chain.stop()
})

/** Puts a transaction on chain whatever becomes of it, and gives its receipt. */
async function force(transaction: { data: Hex; gas: string; to?: Hex }) {
  const from = devAccounts.funder.address
  const hash = await rpc.request('eth_sendTransaction', [
    { from, to: chain.contracts.permissions, ...transaction },
  ])
  await chain.client.waitForTransactionReceipt({ hash: hash as Hex })
  const receipt = await readReceipt(rpc, hash as Hex)
  if (receipt === null) throw new Error('not mined')
  return receipt
}

async function flowData(overrides: Parameters<typeof flowMessage>[0]): Promise<Hex> {
  const message = flowMessage(overrides)
  return encodeAddServerFilesAndPermissions(message, (await relayBody(newUser(), message)).signature as Hex)
}

describe('why a transaction reverted on chain', () => {
  it('is reported as the contract gave it', async () => {
    const receipt = await force({ data: await flowData({ nonce: 7n }), gas: '0x2dc6c0' })
    expect(receipt.status).toBe('reverted')
    expect(await explainRevert(rpc, receipt)).toMatchObject({ name: 'InvalidNonce', args: ['0', '7'] })
  })

  it('is its gas, when all of that was used', async () => {
    const data = await flowData({ granteeId: 99n })
    const receipt = await force({ data, gas: '0x15f90' })
    expect(receipt.status).toBe('reverted')
    expect(await explainRevert(rpc, receipt)).toMatchObject({ name: 'OutOfGas' })
  })

  it('is not known for a transaction that would now succeed, or that no node knows', async () => {
    const receipt = await force({ data: '0x', gas: '0x5208', to: devAccounts.funder.address })
    expect(await explainRevert(rpc, { ...receipt, gasUsed: 0n })).toBeNull()
    expect(await explainRevert(rpc, { ...receipt, transactionHash: `0x${'00'.repeat(32)}` })).toBeNull()
  })
})
