import { zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { emittedEvents } from './emitted-events.ts'
import { alice, bob, registerApp, runFlow, serverAddress } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { signRevocation } from './signed-input.ts'
import { useContractChain } from './use-contract-chain.ts'

const asAlice = { account: alice.address }

let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await registerApp(chain)
  await chain.unlock(alice.address)
  await runFlow(chain)
  await runFlow(chain, { nonce: 1n })
})

async function signed(permissionId: bigint, nonce = 2n, user = alice) {
  const input = { nonce, permissionId }
  return [input, await signRevocation(user, input)] as const
}

const attempt = async (...of: Parameters<typeof signed>) =>
  chain.permissions.simulate.revokePermissionWithSignature(await signed(...of))

describe('5.3 revokePermission', () => {
  it('ends the permission in this block and takes it from the lists of user and grantee', async () => {
    const receipt = await chain.mined(chain.permissions.write.revokePermission([1n], asAlice))
    expect(emittedEvents(receipt)).toEqual([
      { event: 'permissions.PermissionRevoked', args: { permissionId: 1n } },
    ])
    expect((await chain.permissions.read.permissions([1n])).endBlock).toBe(receipt.blockNumber)
    expect(await chain.permissions.read.userPermissionIdsValues([alice.address])).toEqual([2n])
    expect(await chain.permissions.read.users([alice.address])).toEqual([2n, [2n]])
    expect(await chain.grantees.read.granteePermissionIds([1n])).toEqual([2n])
    expect((await chain.grantees.read.grantees([1n])).permissionIds).toEqual([2n])
  })

  it('leaves the record, its files, their keys and the trust in the server', async () => {
    const before = await chain.permissions.read.permissions([1n])
    const { blockNumber } = await chain.mined(chain.permissions.write.revokePermission([1n], asAlice))
    expect(await chain.permissions.read.permissions([1n])).toEqual({ ...before, endBlock: blockNumber })
    expect(await chain.permissions.read.permissionFileIds([1n])).toEqual([1n])
    expect(await chain.permissions.read.filePermissionIds([1n])).toEqual([1n, 2n])
    expect(await chain.registry.read.filePermissions([1n, serverAddress])).toBe('key of file 0')
    const { endBlock } = await chain.servers.read.userServers([alice.address, 1n])
    expect(endBlock).toBeGreaterThan(blockNumber)
  })

  it('moves the last id into the place of the one that left, as sets do', async () => {
    await runFlow(chain, { nonce: 2n })
    await chain.mined(chain.permissions.write.revokePermission([1n], asAlice))
    expect(await chain.permissions.read.userPermissionIdsValues([alice.address])).toEqual([3n, 2n])
    expect(await chain.grantees.read.granteePermissionIds([1n])).toEqual([3n, 2n])
  })

  it('is for the grantor only', async () => {
    expect(await revertReason(chain.permissions.simulate.revokePermission([1n]))).toBe(
      `NotPermissionGrantor(${alice.address}, ${chain.relayer})`,
    )
    expect(await revertReason(chain.permissions.simulate.revokePermission([9n], asAlice))).toBe(
      `NotPermissionGrantor(${zeroAddress}, ${alice.address})`,
    )
  })

  it('works once', async () => {
    await chain.mined(chain.permissions.write.revokePermission([1n], asAlice))
    expect(await revertReason(chain.permissions.simulate.revokePermission([1n], asAlice))).toBe(
      'InactivePermission(1)',
    )
  })

  it('works once within a block, too', async () => {
    await chain.client.setAutomine(false)
    const hashes = [
      await chain.permissions.write.revokePermission([1n], asAlice),
      await chain.permissions.write.revokePermission([1n], asAlice),
    ]
    await chain.client.mine({ blocks: 1 })
    await chain.client.setAutomine(true)
    const receipts = await Promise.all(hashes.map((hash) => chain.client.getTransactionReceipt({ hash })))
    expect(receipts.map(({ status }) => status)).toEqual(['success', 'reverted'])
  })

  it('asks for the grantor before it asks whether the permission is active', async () => {
    await chain.mined(chain.permissions.write.revokePermission([1n], asAlice))
    expect(await revertReason(chain.permissions.simulate.revokePermission([1n]))).toBe(
      `NotPermissionGrantor(${alice.address}, ${chain.relayer})`,
    )
  })

  it('leaves the list of active ids in order at its end, and readable by index', async () => {
    await chain.mined(chain.permissions.write.revokePermission([2n], asAlice))
    expect(await chain.permissions.read.userPermissionIdsLength([alice.address])).toBe(1n)
    expect(await chain.permissions.read.userPermissionIdsAt([alice.address, 0n])).toBe(1n)
    expect(await revertReason(chain.permissions.read.userPermissionIdsAt([alice.address, 1n]))).toBe(
      'Panic(50)',
    )
  })

  it('stops with a pause', async () => {
    await chain.mined(chain.permissions.write.pause(asOwner))
    expect(await revertReason(chain.permissions.simulate.revokePermission([9n]))).toBe('EnforcedPause()')
  })
})

describe('5.3 revokePermissionWithSignature', () => {
  it('does the same for the signer, for any sender, and consumes a nonce', async () => {
    const receipt = await chain.mined(chain.permissions.write.revokePermissionWithSignature(await signed(1n)))
    expect(emittedEvents(receipt).map(({ event }) => event)).toEqual(['permissions.PermissionRevoked'])
    expect(await chain.permissions.read.users([alice.address])).toEqual([3n, [2n]])
    expect(await revertReason(attempt(1n, 3n))).toBe('InactivePermission(1)')
  })

  it("checks pause, signature, nonce and then the signer's right", async () => {
    expect(await revertReason(attempt(9n, 0n))).toBe('InvalidNonce(2, 0)')
    expect(await revertReason(attempt(9n))).toBe(`NotPermissionGrantor(${zeroAddress}, ${alice.address})`)
    expect(await revertReason(attempt(1n, 0n, bob))).toBe(
      `NotPermissionGrantor(${alice.address}, ${bob.address})`,
    )
    const [input] = await signed(9n, 0n)
    const malformed = chain.permissions.simulate.revokePermissionWithSignature([input, '0x00'])
    expect(await revertReason(malformed)).toBe('ECDSAInvalidSignatureLength(1)')
    await chain.mined(chain.permissions.write.pause(asOwner))
    const paused = chain.permissions.simulate.revokePermissionWithSignature([input, '0x00'])
    expect(await revertReason(paused)).toBe('EnforcedPause()')
  })
})
