import { describe, expect, it } from 'vitest'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { alice, bob, registerApp, runFlow, serverAddress, signedFlow, tryFlow } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { signAddServer, signPermission, signRevocation, signTrust } from './signed-input.ts'
import { useContractChain } from './use-contract-chain.ts'

let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await registerApp(chain)
})

const nonceOf = async (user = alice) => chain.permissions.read.userNonce([user.address])
const serversNonceOf = async (user = alice) => chain.servers.read.userNonce([user.address])

async function addPermission(nonce: bigint, user = alice) {
  const input = { nonce, granteeId: 1n, grant: 'grant', fileIds: [] }
  return chain.permissions.simulate.addPermission([input, await signPermission(user, input)])
}

describe("3 Permissions' nonces", () => {
  it('start at 0 and grow by one with every flow', async () => {
    expect(await nonceOf()).toBe(0n)
    await runFlow(chain)
    await runFlow(chain, { nonce: 1n })
    expect(await nonceOf()).toBe(2n)
    expect((await chain.permissions.read.users([alice.address]))[0]).toBe(2n)
  })

  it('one that was used, and one from the future, are refused with the expected one', async () => {
    await runFlow(chain)
    expect(await revertReason(tryFlow(chain))).toBe('InvalidNonce(1, 0)')
    expect(await revertReason(tryFlow(chain, { nonce: 2n }))).toBe('InvalidNonce(1, 2)')
  })

  it('are counted for each user', async () => {
    await runFlow(chain)
    expect(await nonceOf(bob)).toBe(0n)
    await runFlow(chain, { fileUrls: [] }, bob)
    expect(await nonceOf()).toBe(1n)
  })

  it('are shared by flows, addPermission and signed revocation', async () => {
    await runFlow(chain)
    expect(await revertReason(addPermission(0n))).toBe('InvalidNonce(1, 0)')
    const { request } = await addPermission(1n)
    await chain.mined(chain.client.writeContract(request))
    const revocation = { nonce: 2n, permissionId: 1n }
    await chain.mined(
      chain.permissions.write.revokePermissionWithSignature([
        revocation,
        await signRevocation(alice, revocation),
      ]),
    )
    expect(await nonceOf()).toBe(3n)
  })

  it('are left alone by plain revocation', async () => {
    await runFlow(chain)
    await chain.unlock(alice.address)
    await chain.mined(chain.permissions.write.revokePermission([1n], { account: alice.address }))
    expect(await nonceOf()).toBe(1n)
  })

  it('are not consumed by a transaction that reverts', async () => {
    const args = await signedFlow({ granteeId: 9n })
    const { status } = await chain.mined(chain.permissions.write.addServerFilesAndPermissions(args))
    expect(status).toBe('reverted')
    expect(await nonceOf()).toBe(0n)
  })

  it('stay in the record of the permission they created', async () => {
    await runFlow(chain)
    await runFlow(chain, { nonce: 1n })
    expect((await chain.permissions.read.permissions([1n])).nonce).toBe(0n)
    expect((await chain.permissions.read.permissions([2n])).nonce).toBe(1n)
  })
})

describe("3 Servers' nonces", () => {
  it('are not changed by a flow', async () => {
    await runFlow(chain)
    expect(await serversNonceOf()).toBe(0n)
    expect((await chain.servers.read.users([alice.address]))[0]).toBe(0n)
  })

  it('grow with the signed functions of Servers, and leave those of Permissions alone', async () => {
    const server = { nonce: 0n, serverAddress, publicKey: 'key', serverUrl: 'url' }
    await chain.mined(
      chain.servers.write.addServerWithSignature([server, await signAddServer(alice, server)]),
    )
    const trust = { nonce: 1n, serverId: 1n }
    await chain.mined(chain.servers.write.trustServerWithSignature([trust, await signTrust(alice, trust)]))
    expect(await serversNonceOf()).toBe(2n)
    expect(await nonceOf()).toBe(0n)
    const again = chain.servers.simulate.trustServerWithSignature([trust, await signTrust(alice, trust)])
    expect(await revertReason(again)).toBe('InvalidNonce(2, 1)')
  })

  it('can be overwritten by a maintainer only', async () => {
    const byRelayer = chain.servers.simulate.setUserNonce([alice.address, 7n])
    expect(await revertReason(byRelayer)).toMatch(/^AccessControlUnauthorizedAccount/)
    await chain.mined(chain.servers.write.setUserNonce([alice.address, 7n], asOwner))
    expect(await serversNonceOf()).toBe(7n)
    expect((await chain.servers.read.users([alice.address]))[0]).toBe(7n)
    expect(await nonceOf()).toBe(0n)
    const trust = { nonce: 0n, serverId: 1n }
    const stale = chain.servers.simulate.trustServerWithSignature([trust, await signTrust(alice, trust)])
    expect(await revertReason(stale)).toBe('InvalidNonce(7, 0)')
  })
})
