import { type Address, getContract, keccak256, parseAbi, parseEventLogs, toHex, zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { deployedContracts } from '../../src/config/moksha.ts'
import { contractArtifact } from '../../src/testbed/chain/contract-artifacts.ts'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { alice, registerApp, runFlow, tryFlow } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { useContractChain } from './use-contract-chain.ts'

const implementationSlot = toHex(BigInt(keccak256(toHex('eip1967.proxy.implementation'))) - 1n)

/** Role ids, as measured on the deployed contracts. */
const roles = {
  admin: `0x${'00'.repeat(32)}`,
  maintainer: '0x339759585899103d2ace64958e37e18ccb0504652c81d4a1b8aa80fe2126ab95',
  permissionManager: '0x50dd73a7b7a643432ced584fcc2cd0a1d5efa85899b62d28c5a52294d183d0e3',
  dataPortability: '0x751efd16bb32c4ce02961e4090a5eb872d5484588a525a0c4e906befe9537e99',
} as const

let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await registerApp(chain)
})

/** Where the contracts are on Moksha and mainnet, as recorded from there. */
const recordedAddresses = {
  permissions: '0xD54523048AdD05b4d734aFaE7C68324Ebb7373eF',
  servers: '0x1483B1F634DBA75AeaE60da7f01A679aabd5ee2c',
  grantees: '0x8325C0A0948483EdA023A1A2Fd895e62C5131234',
  registry: '0x8C8788f98385F6ba1adD4234e551ABba0f82Cb7C',
  schemas: '0x93c3EF89369fDcf08Be159D9DeF0F18AB6Be008c',
  multicall3: '0xD8d2dFca27E8797fd779F8547166A2d3B29d360E',
  multisend: '0x8807e8BCDFbaA8c2761760f3FBA37F6f7F2C5b2d',
}

/** What all proxies but Multisend's lead to. */
const managed = ['permissions', 'servers', 'grantees', 'registry', 'schemas'] as const
const upgradeable = parseAbi([
  'function grantRole(bytes32 role, address account)',
  'function upgradeToAndCall(address implementation, bytes data) payable',
  'function proxiableUUID() view returns (bytes32)',
  'function UPGRADE_INTERFACE_VERSION() view returns (string)',
  'event Upgraded(address indexed implementation)',
])
const proxy = (name: (typeof managed)[number] | 'multisend') =>
  getContract({ address: deployedContracts[name], abi: upgradeable, client: chain.client })

async function implementationBehind(address: Address): Promise<Address> {
  const slot = await chain.client.getStorageAt({ address, slot: implementationSlot })
  return `0x${slot?.slice(26)}`
}

describe('1 deployment', () => {
  it('the contracts are where they are on the public networks', () => {
    expect(deployedContracts).toEqual(recordedAddresses)
  })

  it.each([...managed, 'multisend'] as const)('%s has neither admin nor beacon', async (name) => {
    const address = deployedContracts[name]
    for (const label of ['eip1967.proxy.admin', 'eip1967.proxy.beacon']) {
      const slot = toHex(BigInt(keccak256(toHex(label))) - 1n)
      expect(BigInt((await chain.client.getStorageAt({ address, slot })) ?? 0)).toBe(0n)
    }
  })

  it.each([...managed, 'multisend'] as const)('the implementation of %s is a UUPS one', async (name) => {
    const address = await implementationBehind(deployedContracts[name])
    const implementation = getContract({ address, abi: upgradeable, client: chain.client })
    expect(await implementation.read.proxiableUUID()).toBe(implementationSlot)
    expect(await revertReason(proxy(name).read.proxiableUUID())).toBe('UUPSUnauthorizedCallContext()')
    expect(await proxy(name).read.UPGRADE_INTERFACE_VERSION()).toBe('5.0.0')
    const direct = implementation.simulate.upgradeToAndCall([address, '0x'], asOwner)
    expect(await revertReason(direct)).toBe('UUPSUnauthorizedCallContext()')
  })

  it.each(managed)('%s is upgraded by an admin alone, whatever other roles one has', async (name) => {
    const implementation = await implementationBehind(deployedContracts[name])
    const upgrade = [implementation, '0x'] as const
    await chain.mined(proxy(name).write.grantRole([roles.maintainer, chain.relayer], asOwner))
    expect(await revertReason(proxy(name).simulate.upgradeToAndCall(upgrade))).toBe(
      `AccessControlUnauthorizedAccount(${chain.relayer}, ${roles.admin})`,
    )
    const receipt = await chain.mined(proxy(name).write.upgradeToAndCall(upgrade, asOwner))
    const [event] = parseEventLogs({ abi: upgradeable, logs: receipt.logs })
    expect(event?.args.implementation.toLowerCase()).toBe(implementation)
  })

  it.each(['permissions', 'servers', 'grantees', 'registry', 'schemas', 'multisend'] as const)(
    '%s is an ERC-1967 proxy at its well-known address',
    async (name) => {
      const address = deployedContracts[name]
      expect(await chain.client.getCode({ address })).toBe(contractArtifact('ERC1967Proxy').deployedBytecode)
      const slot = await chain.client.getStorageAt({ address, slot: implementationSlot })
      const implementation = `0x${slot?.slice(26)}` as const
      expect(await chain.client.getCode({ address: implementation })).toMatch(/^0x60/)
    },
  )

  it('Multicall3 is deployed at its address without a proxy', async () => {
    expect(await chain.client.getCode({ address: deployedContracts.multicall3 })).toBe(
      contractArtifact('Multicall3').deployedBytecode,
    )
  })

  it('a second initialize is refused', async () => {
    const { permissions, servers, grantees, registry, schemas } = chain
    const pair = [zeroAddress, alice.address] as const
    const calls = [
      permissions.simulate.initialize([...pair, zeroAddress, zeroAddress, zeroAddress]),
      servers.simulate.initialize(pair),
      grantees.simulate.initialize(pair),
      registry.simulate.initialize(pair),
      schemas.simulate.initialize(pair),
    ]
    const reasons = await Promise.all(calls.map(revertReason))
    expect(reasons).toEqual(calls.map(() => 'InvalidInitialization()'))
  })

  it('the implementation itself can never be initialised', async () => {
    const call = chain.client.simulateContract({
      address: await implementationBehind(deployedContracts.servers),
      abi: chain.servers.abi,
      functionName: 'initialize',
      args: [zeroAddress, alice.address],
    })
    expect(await revertReason(call)).toBe('InvalidInitialization()')
  })

  it('Permissions knows the others; nobody forwards', async () => {
    const { permissions, servers, grantees, registry } = chain
    expect(await permissions.read.dataRegistry()).toBe(deployedContracts.registry)
    expect(await permissions.read.dataPortabilityServers()).toBe(deployedContracts.servers)
    expect(await permissions.read.dataPortabilityGrantees()).toBe(deployedContracts.grantees)
    for (const contract of [permissions, servers, grantees, registry]) {
      expect(await contract.read.trustedForwarder()).toBe(zeroAddress)
    }
  })

  it('the owner is admin and maintainer everywhere, and permission manager of Grantees only', async () => {
    const { permissions, servers, grantees, registry, schemas, owner } = chain
    for (const contract of [permissions, servers, grantees, registry, schemas]) {
      expect(await contract.read.hasRole([roles.admin, owner])).toBe(true)
      expect(await contract.read.hasRole([roles.maintainer, owner])).toBe(true)
    }
    expect(await grantees.read.hasRole([roles.permissionManager, owner])).toBe(true)
    expect(await servers.read.hasRole([roles.permissionManager, owner])).toBe(false)
    expect(await registry.read.hasRole([roles.dataPortability, owner])).toBe(false)
  })

  it('the role ids are the hashes of their names', () => {
    const named = { MAINTAINER: 'maintainer', PERMISSION_MANAGER: 'permissionManager' } as const
    for (const [name, key] of Object.entries({ ...named, DATA_PORTABILITY: 'dataPortability' as const })) {
      expect(keccak256(toHex(`${name}_ROLE`))).toBe(roles[key])
    }
  })

  it('the contracts tell the role ids', async () => {
    expect(await chain.permissions.read.DEFAULT_ADMIN_ROLE()).toBe(roles.admin)
    expect(await chain.permissions.read.MAINTAINER_ROLE()).toBe(roles.maintainer)
    expect(await chain.servers.read.PERMISSION_MANAGER_ROLE()).toBe(roles.permissionManager)
    expect(await chain.grantees.read.PERMISSION_MANAGER_ROLE()).toBe(roles.permissionManager)
    expect(await chain.registry.read.DATA_PORTABILITY_ROLE()).toBe(roles.dataPortability)
  })

  it('Permissions and Registry are of version 2, the registry of schemas of version 1', async () => {
    expect(await chain.permissions.read.version()).toBe(2n)
    expect(await chain.registry.read.version()).toBe(2n)
    expect(await chain.schemas.read.version()).toBe(1n)
  })

  it('Registry asks the registry of schemas', async () => {
    expect(await chain.registry.read.dataRefinerRegistry()).toBe(deployedContracts.schemas)
  })

  it('an upgrade leaves the state', async () => {
    await runFlow(chain)
    const implementation = await implementationBehind(deployedContracts.servers)
    await chain.mined(chain.servers.write.upgradeToAndCall([implementation, '0x'], asOwner))
    expect(await chain.servers.read.serversCount()).toBe(1n)
  })

  it('what is no UUPS implementation is refused', async () => {
    const call = chain.servers.simulate.upgradeToAndCall([deployedContracts.multicall3, '0x'], asOwner)
    expect(await revertReason(call)).toMatch(/^ERC1967InvalidImplementation/)
  })
})

describe('1 wiring: what fails when a piece of it is missing', () => {
  const missing = `AccessControlUnauthorizedAccount(${deployedContracts.permissions}, ${roles.permissionManager})`

  it('Permissions is no permission manager of Grantees', async () => {
    await chain.mined(
      chain.grantees.write.revokeRole([roles.permissionManager, deployedContracts.permissions], asOwner),
    )
    expect(await revertReason(tryFlow(chain))).toBe(missing)
  })

  it('Permissions is no permission manager of Servers: flows with a new server and with a known one fail', async () => {
    await runFlow(chain)
    await chain.mined(
      chain.servers.write.revokeRole([roles.permissionManager, deployedContracts.permissions], asOwner),
    )
    expect(await revertReason(tryFlow(chain, { nonce: 1n }))).toBe(missing)
    const newServer = { nonce: 1n, serverAddress: alice.address }
    expect(await revertReason(tryFlow(chain, newServer))).toBe(missing)
  })

  it('Permissions has no data-portability role: known files fail without arguments, new ones work', async () => {
    await runFlow(chain)
    await chain.mined(
      chain.registry.write.revokeRole([roles.dataPortability, deployedContracts.permissions], asOwner),
    )
    expect(await revertReason(tryFlow(chain, { nonce: 1n, schemaIds: [9n] }))).toBe('NotFileOwner()')
    // The second time, one file is a known one.
    const twice = { nonce: 1n, fileUrls: ['twice', 'twice'] }
    expect(await revertReason(tryFlow(chain, twice))).toBe('NotFileOwner()')
    expect((await runFlow(chain, { nonce: 1n, fileUrls: ['https://new.example'] })).status).toBe('success')
  })

  it('the registry knows no schemas: a schema id above 0 reverts without data, 0 works', async () => {
    await chain.mined(chain.registry.write.updateDataRefinerRegistry([zeroAddress], asOwner))
    expect(await revertReason(tryFlow(chain, { schemaIds: [1n] }))).toBe('no reason')
    expect((await runFlow(chain)).status).toBe('success')
  })
})
