import { describe, expect, it } from 'vitest'
import type { ContractChain } from './contract-chain.ts'
import { addressNamed, alice, bob, registerApp, runFlow, signedFlow } from './flow-input.ts'
import { useContractChain } from './use-contract-chain.ts'

let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await registerApp(chain)
})

const counts = () =>
  Promise.all([
    chain.permissions.read.permissionsCount(),
    chain.registry.read.filesCount(),
    chain.servers.read.serversCount(),
    chain.grantees.read.granteesCount(),
  ])

describe('4 numbering', () => {
  it('permissions, files, servers and grantees are each counted from 1', async () => {
    expect(await counts()).toEqual([0n, 0n, 0n, 1n])
    await runFlow(chain, { fileUrls: ['a', 'b'] })
    expect(await counts()).toEqual([1n, 2n, 1n, 1n])
    await runFlow(chain, { fileUrls: ['c'], serverAddress: addressNamed('second server') }, bob)
    expect(await counts()).toEqual([2n, 3n, 2n, 1n])
    expect(await chain.registry.read.fileIdByUrl(['c'])).toBe(3n)
    expect(await chain.servers.read.serverAddressToId([addressNamed('second server')])).toBe(2n)
    expect((await chain.permissions.read.permissions([2n])).grantor).toBe(bob.address)
  })

  it('a call that reverts leaves no gap', async () => {
    const args = await signedFlow({ granteeId: 9n })
    await chain.mined(chain.permissions.write.addServerFilesAndPermissions(args))
    await runFlow(chain)
    expect(await counts()).toEqual([1n, 1n, 1n, 1n])
  })

  it('a revoked permission keeps its id', async () => {
    await runFlow(chain)
    await chain.unlock(alice.address)
    await chain.mined(chain.permissions.write.revokePermission([1n], { account: alice.address }))
    await runFlow(chain, { nonce: 1n })
    expect(await chain.permissions.read.userPermissionIdsValues([alice.address])).toEqual([2n])
    expect(await chain.permissions.read.permissionsCount()).toBe(2n)
  })
})
