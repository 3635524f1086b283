import { maxUint256, zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { emittedEvents } from './emitted-events.ts'
import { alice, bob, registerApp, runFlow } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { type PermissionInput, signPermission } from './signed-input.ts'
import { useContractChain } from './use-contract-chain.ts'

let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await registerApp(chain)
  await runFlow(chain, { fileUrls: ['a', 'b'] })
  await runFlow(chain, { fileUrls: ['c'] }, bob)
})

const permissionInput = (over: Partial<PermissionInput> = {}): PermissionInput => ({
  nonce: 1n,
  granteeId: 1n,
  grant: 'grant',
  fileIds: [1n, 2n],
  ...over,
})

async function signed(over: Partial<PermissionInput> = {}) {
  const input = permissionInput(over)
  return [input, await signPermission(alice, input)] as const
}

const attempt = async (over: Partial<PermissionInput>) =>
  chain.permissions.simulate.addPermission(await signed(over))

describe('5.2 addPermission', () => {
  it('emits PermissionAdded alone, stores and links', async () => {
    const receipt = await chain.mined(chain.permissions.write.addPermission(await signed()))
    const user = alice.address
    expect(emittedEvents(receipt)).toEqual([
      {
        event: 'permissions.PermissionAdded',
        args: { permissionId: 3n, user, granteeId: 1n, grant: 'grant', fileIds: [1n, 2n] },
      },
    ])
    expect(await chain.permissions.read.permissions([3n])).toEqual({
      id: 3n,
      grantor: user,
      nonce: 1n,
      granteeId: 1n,
      grant: 'grant',
      startBlock: receipt.blockNumber,
      endBlock: maxUint256,
      fileIds: [1n, 2n],
    })
    expect(await chain.permissions.read.filePermissionIds([1n])).toEqual([1n, 3n])
    expect(await chain.permissions.read.userPermissionIdsValues([user])).toEqual([1n, 3n])
    expect(await chain.grantees.read.granteePermissions([1n])).toEqual([1n, 2n, 3n])
  })

  it('returns the id', async () => {
    expect((await attempt({})).result).toBe(3n)
  })

  it('no files are fine; the same file twice is stored once', async () => {
    await chain.mined(chain.permissions.write.addPermission(await signed({ fileIds: [] })))
    expect(await chain.permissions.read.permissionFileIds([3n])).toEqual([])
    await chain.mined(chain.permissions.write.addPermission(await signed({ nonce: 2n, fileIds: [2n, 2n] })))
    expect(await chain.permissions.read.permissionFileIds([4n])).toEqual([2n])
  })

  it('checks pause, signature, nonce, grant, grantee and files, in that order', async () => {
    const faults = { nonce: 9n, grant: '', granteeId: 9n, fileIds: [3n] }
    expect(await revertReason(attempt(faults))).toBe('InvalidNonce(1, 9)')
    expect(await revertReason(attempt({ ...faults, nonce: 1n }))).toBe('EmptyGrant()')
    expect(await revertReason(attempt({ granteeId: 9n, fileIds: [3n] }))).toBe('GranteeNotFound()')
    expect(await revertReason(attempt({ fileIds: [1n, 3n] }))).toBe(
      `NotFileOwner(${bob.address}, ${alice.address})`,
    )
    const malformed = chain.permissions.simulate.addPermission([permissionInput(faults), '0x'])
    expect(await revertReason(malformed)).toBe('ECDSAInvalidSignatureLength(0)')
    await chain.mined(chain.permissions.write.pause(asOwner))
    const paused = chain.permissions.simulate.addPermission([permissionInput(faults), '0x'])
    expect(await revertReason(paused)).toBe('EnforcedPause()')
  })

  it('grantee 0 is nobody', async () => {
    expect(await revertReason(attempt({ granteeId: 0n }))).toBe('GranteeNotFound()')
  })

  it('a file that does not exist has no owner', async () => {
    expect(await revertReason(attempt({ fileIds: [9n] }))).toBe(
      `NotFileOwner(${zeroAddress}, ${alice.address})`,
    )
  })

  it('needs neither Servers nor the registry to run', async () => {
    await chain.mined(chain.servers.write.pause(asOwner))
    await chain.mined(chain.registry.write.pause(asOwner))
    expect((await attempt({})).result).toBe(3n)
  })
})
