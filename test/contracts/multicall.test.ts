import { encodeFunctionData, type Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { addressNamed, alice, registerApp, runFlow, signedFlow } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { useContractChain } from './use-contract-chain.ts'

let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await registerApp(chain)
})

describe('12 multicall of reference 2025-09', () => {
  it('makes several calls of one contract in one transaction', async () => {
    const { abi } = chain.permissions
    const flows = [await signedFlow(), await signedFlow({ nonce: 1n, fileUrls: ['b'] })]
    const calls = flows.map((args) =>
      encodeFunctionData({ abi, functionName: 'addServerFilesAndPermissions', args }),
    )
    await chain.mined(chain.permissions.write.multicall([calls]))
    expect(await chain.permissions.read.users([alice.address])).toEqual([2n, [1n, 2n]])
  })

  it('keeps the caller: its roles and its rights', async () => {
    const pause = encodeFunctionData({ abi: chain.servers.abi, functionName: 'pause' })
    expect(await revertReason(chain.servers.simulate.multicall([[pause]]))).toMatch(
      /^AccessControlUnauthorized/,
    )
    await chain.mined(chain.servers.write.multicall([[pause]], asOwner))
    expect(await chain.servers.read.paused()).toBe(true)
  })

  it('reverts as a whole with the reason of the first that fails', async () => {
    const { abi } = chain.registry
    const add = (url: string): Hex => encodeFunctionData({ abi, functionName: 'addFile', args: [url] })
    const call = chain.registry.simulate.multicall([[add('a'), add('a')]])
    expect(await revertReason(call)).toBe('FileUrlAlreadyUsed()')
  })

  it('behind a forwarder it keeps speaking for the user', async () => {
    const forwarder = addressNamed('forwarder')
    await runFlow(chain)
    await chain.unlock(forwarder)
    await chain.mined(chain.permissions.write.updateTrustedForwarder([forwarder], asOwner))
    const { abi } = chain.permissions
    const revoke = encodeFunctionData({ abi, functionName: 'revokePermission', args: [1n] })
    const data = encodeFunctionData({ abi, functionName: 'multicall', args: [[revoke]] })
    const { status } = await chain.mined(
      chain.client.sendTransaction({
        account: forwarder,
        to: chain.permissions.address,
        data: `${data}${alice.address.slice(2)}`,
      }),
    )
    expect(status).toBe('success')
    expect(await chain.permissions.read.userPermissionIdsLength([alice.address])).toBe(0n)
  })

  it('returns what each call returned', async () => {
    const { abi } = chain.grantees
    const count = encodeFunctionData({ abi, functionName: 'granteesCount' })
    const { result } = await chain.grantees.simulate.multicall([[count, count]])
    expect(result.map(BigInt)).toEqual([1n, 1n])
  })
})
