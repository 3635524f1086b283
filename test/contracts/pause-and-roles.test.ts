import {
  concat,
  encodeFunctionData,
  getContract,
  type Hex,
  keccak256,
  parseAbi,
  toHex,
  zeroAddress,
} from 'viem'
import { describe, expect, it } from 'vitest'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { emittedEvents } from './emitted-events.ts'
import { addressNamed, alice, registerApp, runFlow } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { useContractChain } from './use-contract-chain.ts'

const names = ['permissions', 'servers', 'grantees', 'registry', 'schemas'] as const
const maintainerRole = '0x339759585899103d2ace64958e37e18ccb0504652c81d4a1b8aa80fe2126ab95'
const adminRole = `0x${'00'.repeat(32)}` as const

/** What all of the contracts have. */
const common = parseAbi([
  'function pause()',
  'function unpause()',
  'function paused() view returns (bool)',
  'error AccessControlUnauthorizedAccount(address account, bytes32 neededRole)',
  'error EnforcedPause()',
  'error ExpectedPause()',
])
const pausable = (name: (typeof names)[number]) =>
  getContract({ address: chain.contracts[name], abi: common, client: chain.client })

let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await registerApp(chain)
})

describe.each(names)('10 %s', (name) => {
  it('is paused and unpaused by a maintainer', async () => {
    const contract = pausable(name)
    const paused = await chain.mined(contract.write.pause(asOwner))
    expect(emittedEvents(paused)).toEqual([{ event: `${name}.Paused`, args: { account: chain.owner } }])
    expect(await contract.read.paused()).toBe(true)
    expect(await revertReason(contract.simulate.pause(asOwner))).toBe('EnforcedPause()')
    const unpaused = await chain.mined(contract.write.unpause(asOwner))
    expect(emittedEvents(unpaused)).toEqual([{ event: `${name}.Unpaused`, args: { account: chain.owner } }])
    expect(await revertReason(contract.simulate.unpause(asOwner))).toBe('ExpectedPause()')
  })

  it('no other account may pause or unpause it', async () => {
    const missing = `AccessControlUnauthorizedAccount(${chain.relayer}, ${maintainerRole})`
    expect(await revertReason(pausable(name).simulate.pause())).toBe(missing)
    expect(await revertReason(pausable(name).simulate.unpause())).toBe(missing)
  })

  it('is paused for itself alone', async () => {
    await chain.mined(pausable(name).write.pause(asOwner))
    const paused = await Promise.all(names.map((other) => pausable(other).read.paused()))
    expect(paused).toEqual(names.map((other) => other === name))
  })
})

/** OpenZeppelin's roles, which all of the contracts have. */
const roleAbi = parseAbi([
  'function hasRole(bytes32 role, address account) view returns (bool)',
  'function getRoleAdmin(bytes32 role) view returns (bytes32)',
  'function grantRole(bytes32 role, address account)',
  'function revokeRole(bytes32 role, address account)',
  'function renounceRole(bytes32 role, address confirmation)',
  'function supportsInterface(bytes4 id) view returns (bool)',
])

describe.each(names)('10 roles of %s', (name) => {
  const roles = () => getContract({ address: chain.contracts[name], abi: roleAbi, client: chain.client })
  const emitted = async (hash: Promise<Hex>) => emittedEvents(await chain.mined(hash))

  it('are granted, renounced and revoked with an event each, and none where nothing changes', async () => {
    const { write, read } = roles()
    const role = [maintainerRole, chain.relayer] as const
    const args = { role: maintainerRole, account: chain.relayer }
    const byOwner = { ...args, sender: chain.owner }
    const granted = [{ event: `${name}.RoleGranted`, args: byOwner }]
    expect(await emitted(write.grantRole(role, asOwner))).toEqual(granted)
    expect(await emitted(write.grantRole(role, asOwner))).toEqual([])
    expect(await emitted(write.renounceRole(role))).toEqual([
      { event: `${name}.RoleRevoked`, args: { ...args, sender: chain.relayer } },
    ])
    expect(await read.hasRole(role)).toBe(false)
    expect(await emitted(write.grantRole(role, asOwner))).toEqual(granted)
    expect(await emitted(write.revokeRole(role, asOwner))).toEqual([
      { event: `${name}.RoleRevoked`, args: byOwner },
    ])
    expect(await emitted(write.revokeRole(role, asOwner))).toEqual([])
    expect(await read.hasRole(role)).toBe(false)
  })

  it('are for an admin to give, and for oneself to renounce', async () => {
    const { simulate } = roles()
    const role = [maintainerRole, chain.relayer] as const
    const missing = `AccessControlUnauthorizedAccount(${chain.relayer}, ${adminRole})`
    expect(await revertReason(simulate.grantRole(role))).toBe(missing)
    expect(await revertReason(simulate.revokeRole(role))).toBe(missing)
    expect(await revertReason(simulate.renounceRole(role, asOwner))).toBe('AccessControlBadConfirmation()')
  })

  it('have DEFAULT_ADMIN_ROLE as their admin', async () => {
    expect(await roles().read.getRoleAdmin([maintainerRole])).toBe(adminRole)
  })

  it('are reported through ERC-165', async () => {
    const { read } = roles()
    const ids = ['0x01ffc9a7', '0x7965db0b', '0xffffffff'] as const
    expect(await Promise.all(ids.map((id) => read.supportsInterface([id])))).toEqual([true, true, false])
  })
})

describe('10 roles', () => {
  it('are given and taken by an admin', async () => {
    const role = [maintainerRole, alice.address] as const
    const missing = `AccessControlUnauthorizedAccount(${chain.relayer}, ${adminRole})`
    expect(await revertReason(chain.servers.simulate.grantRole(role))).toBe(missing)
    await chain.mined(chain.servers.write.grantRole(role, asOwner))
    expect(await chain.servers.read.hasRole(role)).toBe(true)
    await chain.mined(chain.servers.write.revokeRole(role, asOwner))
    expect(await chain.servers.read.hasRole(role)).toBe(false)
  })

  it("an admin changes a role's admin", async () => {
    const call = [maintainerRole, maintainerRole] as const
    expect(await revertReason(chain.servers.simulate.setRoleAdmin(call))).toMatch(
      /^AccessControlUnauthorized/,
    )
    await chain.mined(chain.servers.write.setRoleAdmin(call, asOwner))
    expect(await chain.servers.read.getRoleAdmin([maintainerRole])).toBe(maintainerRole)
  })

  it('a maintainer changes what Permissions works with, but never to zero', async () => {
    const { simulate, write, read } = chain.permissions
    const updates = [
      ['updateDataRegistry', 'dataRegistry'],
      ['updateServersContract', 'dataPortabilityServers'],
      ['updateGranteesContract', 'dataPortabilityGrantees'],
    ] as const
    for (const [update, getter] of updates) {
      expect(await revertReason(simulate[update]([alice.address]))).toMatch(/^AccessControlUnauthorized/)
      expect(await revertReason(simulate[update]([zeroAddress], asOwner))).toBe('ZeroAddress()')
      await chain.mined(write[update]([alice.address], asOwner))
      expect(await read[getter]()).toBe(alice.address)
    }
  })

  it('a pause leaves reads alone', async () => {
    await runFlow(chain)
    for (const name of names) await chain.mined(pausable(name).write.pause(asOwner))
    expect((await chain.permissions.read.permissions([1n])).grantor).toBe(alice.address)
    expect((await chain.grantees.read.grantees([1n])).permissionIds).toEqual([1n])
    expect((await chain.registry.read.files([1n])).ownerAddress).toBe(alice.address)
  })
})

describe('10 an ERC-2771 forwarder', () => {
  const forwarder = addressNamed('forwarder')

  /** A call that the forwarder makes for somebody, whose address it appends. */
  const forwarded = (to: Hex, data: Hex, user: Hex) => ({
    account: forwarder,
    to,
    data: concat([data, user]),
  })

  it('is set by a maintainer', async () => {
    const { simulate, write, read } = chain.servers
    expect(await revertReason(simulate.updateTrustedForwarder([forwarder]))).toMatch(
      /^AccessControlUnauthorized/,
    )
    await chain.mined(write.updateTrustedForwarder([forwarder], asOwner))
    expect((await read.trustedForwarder()).toLowerCase()).toBe(forwarder)
    expect(await read.isTrustedForwarder([forwarder])).toBe(true)
  })

  it('speaks for users where the caller counts', async () => {
    await runFlow(chain)
    await chain.unlock(forwarder)
    await chain.mined(chain.permissions.write.updateTrustedForwarder([forwarder], asOwner))
    const data = encodeFunctionData({
      abi: chain.permissions.abi,
      functionName: 'revokePermission',
      args: [1n],
    })
    const { status } = await chain.mined(
      chain.client.sendTransaction(forwarded(chain.permissions.address, data, alice.address)),
    )
    expect(status).toBe('success')
    expect(await chain.permissions.read.userPermissionIdsLength([alice.address])).toBe(0n)
  })

  it('does not speak for holders of roles', async () => {
    await chain.unlock(forwarder)
    await chain.mined(chain.servers.write.updateTrustedForwarder([forwarder], asOwner))
    const manager = keccak256(toHex('PERMISSION_MANAGER_ROLE'))
    await chain.mined(chain.servers.write.grantRole([manager, chain.owner], asOwner))
    const { abi } = chain.servers
    for (const data of [
      encodeFunctionData({ abi, functionName: 'pause' }),
      encodeFunctionData({ abi, functionName: 'setUserNonce', args: [alice.address, 7n] }),
      encodeFunctionData({ abi, functionName: 'trustServerByManager', args: [alice.address, 1n] }),
    ]) {
      const { status } = await chain.mined(
        chain.client.sendTransaction(forwarded(chain.servers.address, data, chain.owner)),
      )
      expect(status).toBe('reverted')
    }
  })

  it('no other account acts for users', async () => {
    await runFlow(chain)
    const data = encodeFunctionData({
      abi: chain.permissions.abi,
      functionName: 'revokePermission',
      args: [1n],
    })
    const { status } = await chain.mined(
      chain.client.sendTransaction({
        to: chain.permissions.address,
        data: concat([data, alice.address]),
      }),
    )
    expect(status).toBe('reverted')
  })
})
