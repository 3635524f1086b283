import { createPublicClient, createWalletClient, parseEther } from 'viem'
import { generatePrivateKey } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import { ReceiptHub } from '../../src/chain/blocks/receipt-hub.ts'
import { permissionsAbi, revertAbi } from '../../src/chain/permissions/abi.ts'
import {
  decodeAddServerFilesAndPermissions,
  encodeAddServerFilesAndPermissions,
} from '../../src/chain/permissions/add-server-files-and-permissions.ts'
import { findPermissionAdded } from '../../src/chain/permissions/permission-event.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { toViemTransport } from '../../src/chain/rpc/viem-transport.ts'
import { createFees } from '../../src/chain/transactions/fees.ts'
import { sendUserTransaction } from '../../src/chain/transactions/user-transaction.ts'
import { usualFees, usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { registerGrantee } from '../../src/testbed/chain/register-grantee.ts'
import { type RunningChain, startChain } from '../../src/testbed/chain/start-chain.ts'
import { mokshaTestnet } from '../../src/vana/sdk.ts'
import { flowMessage, relayBody } from '../server/api-server.fixture.ts'

let chain: RunningChain
beforeAll(async () => {
  chain = await startChain({ blockTime: 0.2 })
  const { address, publicKey } = toNativeAccount(generatePrivateKey())
  await registerGrantee(chain.client, { address, publicKey })
})
afterAll(() => chain.stop())

function open() {
  const rpc = createRpcPool({ ...usualRpc, urls: [chain.rpcUrl], chainId: chain.chainId })
  const feed = createBlockFeed({ rpc, pollIntervalMs: 50 })
  const fees = createFees({ ...usualFees, rpc, feed })
  const hub = new ReceiptHub({ rpc, feed })
  const close = async (): Promise<void> => {
    hub.close()
    feed.close()
    await rpc.close()
  }
  return { rpc, feed, fees, hub, close }
}

/** A funded user and the calldata that it signed. */
async function newFlow(message = flowMessage()) {
  const account = toNativeAccount(generatePrivateKey())
  await chain.client.setBalance({ address: account.address, value: parseEther('1') })
  const { signature } = await relayBody(account, message)
  return { account, message, data: encodeAddServerFilesAndPermissions(message, signature as `0x${string}`) }
}

const gas = { margin: 0.1 }

describe('a user who pays for a flow', () => {
  it('is two calls beside those of the blocks, and adds the permission', async () => {
    const { rpc, fees, hub, close } = open()
    const { permissions } = chain.contracts
    await fees.current()
    const before = rpc.calls().byMethod
    const { account, data, message } = await newFlow()
    const submission = await sendUserTransaction(
      { rpc, fees },
      { account, to: permissions, data, gas, nonce: 0 },
    )
    const mined = await hub.waitForReceipt(submission.hash, submission)

    expect(mined).toMatchObject({ status: 'success', from: account.address.toLowerCase() })
    expect(findPermissionAdded(mined.logs, permissions)).toMatchObject({
      user: account.address,
      grant: message.grant,
    })
    expect(submission.submittedAtMs).toBeLessThanOrEqual(mined.seenAtMs)
    expect(submission.gas).toBeGreaterThan(mined.gasUsed)
    const counts = Object.entries(rpc.calls().byMethod).map(([method, count]) => [
      method,
      count - (before[method] ?? 0),
    ])
    const { eth_getBlockByNumber: _, eth_feeHistory: __, ...own } = Object.fromEntries(counts)
    expect(own).toEqual({
      eth_chainId: 0,
      eth_estimateGas: 1,
      eth_sendRawTransaction: 1,
      eth_getTransactionReceipt: 1,
    })
    const { input } = await chain.client.getTransaction({ hash: submission.hash })
    expect(decodeAddServerFilesAndPermissions(input).message.fileUrls).toEqual(message.fileUrls)
    await close()
  })

  it('reads the account’s nonce if none is given', async () => {
    const { rpc, fees, close } = open()
    const { account } = await newFlow()
    const transfer = { account, to: account.address, gas: 21_000n }
    const first = await sendUserTransaction({ rpc, fees }, transfer)
    const second = await sendUserTransaction({ rpc, fees }, transfer)
    expect([first.nonce, second.nonce]).toEqual([0, 1])
    await close()
  })

  it('sends nothing that the contract would refuse', async () => {
    const { rpc, fees, close } = open()
    const { account, data } = await newFlow(flowMessage({ granteeId: 99n }))
    const sending = sendUserTransaction(
      { rpc, fees },
      { account, to: chain.contracts.permissions, data, gas, nonce: 0 },
    )
    await expect(sending).rejects.toMatchObject({
      code: 'TX_REVERTED',
      details: { revert: { name: 'GranteeNotFound' } },
    })
    expect(rpc.calls().byMethod.eth_sendRawTransaction).toBeUndefined()
    await close()
  })

  it('is reported if the account cannot pay', async () => {
    const { rpc, fees, close } = open()
    const account = toNativeAccount(generatePrivateKey())
    const sending = sendUserTransaction(
      { rpc, fees },
      { account, to: account.address, value: 1n, gas: 21_000n },
    )
    await expect(sending).rejects.toMatchObject({ code: 'CHAIN_INSUFFICIENT_FUNDS', retriable: false })
    await close()
  })

  it('gives up with the reason of its signal', async () => {
    const { rpc, fees, close } = open()
    const { account } = await newFlow()
    const signal = AbortSignal.abort(new Error('run stopped'))
    await expect(
      sendUserTransaction({ rpc, fees }, { account, to: account.address, gas, signal }),
    ).rejects.toThrow('run stopped')
    await close()
  })
})

describe('a viem client over the pool', () => {
  it('does not ask for the chain id', async () => {
    const { rpc, close } = open()
    const client = createPublicClient({ chain: mokshaTestnet, transport: toViemTransport(rpc) })
    await rpc.request('eth_blockNumber')
    const before = rpc.calls().byMethod.eth_chainId
    expect(await client.getChainId()).toBe(14800)
    expect(rpc.calls().byMethod.eth_chainId).toBe(before)
    await close()
  })

  it('decodes a contract’s refusal as it does over its own transport', async () => {
    const { rpc, close } = open()
    const client = createPublicClient({ chain: mokshaTestnet, transport: toViemTransport(rpc) })
    const { account, message } = await newFlow(flowMessage({ nonce: 5n }))
    const signature = (await relayBody(account, message)).signature as `0x${string}`
    const simulating = client.simulateContract({
      address: chain.contracts.permissions,
      abi: [...permissionsAbi, ...revertAbi],
      functionName: 'addServerFilesAndPermissions',
      args: [{ ...message, schemaIds: message.schemaIds.map(BigInt) }, signature],
      account,
    })
    await expect(simulating).rejects.toMatchObject({
      name: 'ContractFunctionExecutionError',
      cause: { name: 'ContractFunctionRevertedError', data: { errorName: 'InvalidNonce', args: [0n, 5n] } },
    })
    await close()
  })

  it('sends transactions, and says plainly why one was refused', async () => {
    const { rpc, close } = open()
    const { account } = await newFlow()
    const wallet = createWalletClient({ account, chain: mokshaTestnet, transport: toViemTransport(rpc) })
    expect(await wallet.sendTransaction({ to: account.address, value: 1n })).toMatch(/^0x/)
    await expect(wallet.sendTransaction({ to: account.address, value: 10n ** 30n })).rejects.toMatchObject({
      name: 'TransactionExecutionError',
      cause: { name: 'InsufficientFundsError' },
    })
    await close()
  })

  it('keeps the pool’s own error in the chain of causes when no node answers', async () => {
    const rpc = createRpcPool({
      ...usualRpc,
      urls: ['http://127.0.0.1:1/v2/S3cretKey0123456789'],
      chainId: 14800,
      patienceMs: 300,
    })
    const client = createPublicClient({ chain: mokshaTestnet, transport: toViemTransport(rpc) })
    const error: unknown = await client.getBlockNumber().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ cause: { code: 'CHAIN_UNREACHABLE' } })
    expect(`${error}`).not.toContain('S3cret')
    await rpc.close()
  })
})
