import { encodeFunctionData, getContractAddress, keccak256, pad, toHex, zeroAddress } from 'viem'
import { deployedContracts } from '../../config/moksha.ts'
import type { AnvilClient } from './anvil-client.ts'
import { type ContractArtifact, contractArtifact } from './contract-artifacts.ts'
import { deployerAddress, devAccounts } from './dev-accounts.ts'
import { mineTransactions } from './mine-transactions.ts'

/** Storage slot of a proxy's implementation, by ERC-1967: keccak256('eip1967.proxy.implementation') - 1. */
const implementationSlot = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc'

const owner = devAccounts.owner.address
const { permissions, servers, grantees, registry, schemas } = deployedContracts

/** Published version of the contracts. `contracts/README.md` lists the differences. */
export type ContractReference = '2025-09' | '2026-04'

/** The contract behind each proxy. */
const implementations = {
  '2025-09': {
    schemas: 'DataRefinerRegistry',
    registry: 'DataRegistry_2025_09',
    servers: 'DataPortabilityServers_2025_09',
    grantees: 'DataPortabilityGrantees_2025_09',
    permissions: 'DataPortabilityPermissions_2025_09',
    multisend: 'Multisend',
  },
  '2026-04': {
    schemas: 'DataRefinerRegistry',
    registry: 'DataRegistry',
    servers: 'DataPortabilityServers',
    grantees: 'DataPortabilityGrantees_2026_04',
    permissions: 'DataPortabilityPermissions',
    multisend: 'Multisend',
  },
} as const satisfies Record<ContractReference, Record<ProxyName, string>>

/** Arguments of each proxy's `initialize`. There is no ERC-2771 forwarder, as on the public networks. */
const initialisers = {
  schemas: [owner, zeroAddress],
  registry: [zeroAddress, owner],
  servers: [zeroAddress, owner],
  grantees: [zeroAddress, owner],
  permissions: [zeroAddress, owner, registry, servers, grantees],
  multisend: [owner],
} as const

type ProxyName = keyof typeof initialisers
const proxyNames = Object.keys(initialisers) as ProxyName[]

/** Calls of the owner that connect the contracts with each other. */
const wiring = [
  {
    contract: 'grantees',
    call: 'grantRole',
    args: [keccak256(toHex('PERMISSION_MANAGER_ROLE')), permissions],
  },
  {
    contract: 'servers',
    call: 'grantRole',
    args: [keccak256(toHex('PERMISSION_MANAGER_ROLE')), permissions],
  },
  { contract: 'registry', call: 'grantRole', args: [keccak256(toHex('DATA_PORTABILITY_ROLE')), permissions] },
  { contract: 'registry', call: 'updateDataRefinerRegistry', args: [schemas] },
] as const

/**
 * Returns the compiled contract behind a proxy.
 *
 * @example implementationOf('grantees').abi
 */
export function implementationOf(
  name: ProxyName,
  reference: ContractReference = '2025-09',
): ContractArtifact {
  return contractArtifact(implementations[reference][name])
}

/**
 * Deploys the contracts at their addresses on the public networks, initialised and connected for the workflow.
 *
 * It writes the proxies' code and pointers into the chain's state, since no key here can create contracts at those
 * addresses. Transactions do the rest, as in a real deployment.
 *
 * @throws LoadTestError TESTBED_START_FAILED if one of those transactions reverts
 * @example await deployContracts(anvil.client, '2025-09')
 */
export async function deployContracts(client: AnvilClient, reference: ContractReference): Promise<void> {
  const artifactOf = (name: ProxyName): ContractArtifact => implementationOf(name, reference)

  const firstNonce = await client.getTransactionCount({ address: deployerAddress })
  await mineTransactions(
    client,
    proxyNames.map((name) => ({ from: deployerAddress, data: artifactOf(name).bytecode, gas: 4_500_000n })),
  )
  await Promise.all([
    client.setCode({
      address: deployedContracts.multicall3,
      bytecode: contractArtifact('Multicall3').deployedBytecode,
    }),
    ...proxyNames.map((name, index) => writeProxy(client, name, BigInt(firstNonce + index))),
  ])
  await mineTransactions(
    client,
    proxyNames.map((name) => ({
      from: deployerAddress,
      to: deployedContracts[name],
      data: encodeFunctionData({
        abi: artifactOf(name).abi,
        functionName: 'initialize',
        args: initialisers[name],
      }),
      gas: 400_000n,
    })),
  )
  await mineTransactions(
    client,
    wiring.map(({ contract, call, args }) => ({
      from: owner,
      to: deployedContracts[contract],
      data: encodeFunctionData({ abi: artifactOf(contract).abi, functionName: call, args }),
      gas: 100_000n,
    })),
  )
}

async function writeProxy(client: AnvilClient, name: ProxyName, implementationNonce: bigint): Promise<void> {
  const address = deployedContracts[name]
  const implementation = getContractAddress({ from: deployerAddress, nonce: implementationNonce })
  await client.setCode({ address, bytecode: contractArtifact('ERC1967Proxy').deployedBytecode })
  await client.setStorageAt({ address, index: implementationSlot, value: pad(implementation) })
}
