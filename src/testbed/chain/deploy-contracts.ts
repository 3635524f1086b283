import { encodeDeployData, encodeFunctionData, getContractAddress, keccak256, pad, toHex, zeroAddress } from 'viem'
import type { AnvilClient } from './anvil-client.ts'
import { contractAddresses } from './contract-addresses.ts'
import { contractArtifact } from './contract-artifacts.ts'
import { deployerAddress, devAccounts } from './dev-accounts.ts'
import { mineTransactions, type UnlockedTransaction } from './mine-transactions.ts'

/** Where a proxy keeps its implementation, by ERC-1967: keccak256('eip1967.proxy.implementation') - 1. */
const implementationSlot = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc'

const owner = devAccounts.owner.address
const { permissions, servers, grantees, registry, schemas } = contractAddresses

/** Each proxy: which implementation stands behind it, and what it is initialised with. */
const proxies = {
  schemas: { implementation: 'DataRefinerRegistry', initialize: [owner, zeroAddress] },
  registry: { implementation: 'DataRegistry', initialize: [zeroAddress, owner] },
  servers: { implementation: 'DataPortabilityServers', initialize: [zeroAddress, owner] },
  grantees: { implementation: 'DataPortabilityGrantees', initialize: [zeroAddress, owner] },
  permissions: {
    implementation: 'DataPortabilityPermissions',
    initialize: [zeroAddress, owner, registry, servers, grantees],
  },
  multisend: { implementation: 'Multisend', initialize: [owner] },
} as const

type ProxyName = keyof typeof proxies
const proxyNames = Object.keys(proxies) as ProxyName[]

/** What the contracts must know of each other for the workflow to work; said by the owner. */
const wiring = [
  { contract: 'grantees', call: 'grantRole', args: [keccak256(toHex('PERMISSION_MANAGER_ROLE')), permissions] },
  { contract: 'servers', call: 'grantRole', args: [keccak256(toHex('PERMISSION_MANAGER_ROLE')), permissions] },
  { contract: 'registry', call: 'grantRole', args: [keccak256(toHex('DATA_PORTABILITY_ROLE')), permissions] },
  { contract: 'registry', call: 'updateDataRefinerRegistry', args: [schemas] },
] as const

/**
 * Puts the contracts at the addresses they have on the public networks, initialised and wired for the workflow.
 *
 * The proxies' code and pointer are written into the chain's state, since nobody here can create contracts at those
 * addresses; everything else is done by transactions, as a real deployment does it.
 *
 * @throws LoadTestError TESTBED_START_FAILED when one of those transactions reverts
 */
export async function deployContracts(client: AnvilClient): Promise<void> {
  const firstNonce = await client.getTransactionCount({ address: deployerAddress })
  await mineTransactions(client, proxyNames.map(creation))
  await Promise.all([
    client.setCode({
      address: contractAddresses.multicall3,
      bytecode: contractArtifact('Multicall3').deployedBytecode,
    }),
    ...proxyNames.map((name, index) => writeProxy(client, name, BigInt(firstNonce + index))),
  ])
  await mineTransactions(client, proxyNames.map(initialisation))
  await mineTransactions(client, wiring.map(wire))
}

function creation(name: ProxyName): UnlockedTransaction {
  const { abi, bytecode } = contractArtifact(proxies[name].implementation)
  return { from: deployerAddress, data: encodeDeployData({ abi, bytecode }), gas: 4_500_000n }
}

async function writeProxy(client: AnvilClient, name: ProxyName, implementationNonce: bigint): Promise<void> {
  const address = contractAddresses[name]
  const implementation = getContractAddress({ from: deployerAddress, nonce: implementationNonce })
  await client.setCode({ address, bytecode: contractArtifact('ERC1967Proxy').deployedBytecode })
  await client.setStorageAt({ address, index: implementationSlot, value: pad(implementation) })
}

function initialisation(name: ProxyName): UnlockedTransaction {
  const { implementation, initialize } = proxies[name]
  const { abi } = contractArtifact(implementation)
  const data = encodeFunctionData({ abi, functionName: 'initialize', args: initialize })
  return { from: deployerAddress, to: contractAddresses[name], data, gas: 400_000n }
}

function wire({ contract, call, args }: (typeof wiring)[number]): UnlockedTransaction {
  const { abi } = contractArtifact(proxies[contract].implementation)
  const data = encodeFunctionData({ abi, functionName: call, args })
  return { from: owner, to: contractAddresses[contract], data, gas: 100_000n }
}
