import { privateKeyToAccount } from 'viem/accounts'
import type { DependencyName } from '../config/dependency.ts'
import type { StorageTarget } from '../config/storage-target.ts'
import type { Target } from '../config/target.ts'
import { type TestbedPart, testbedParts } from '../config/testbed-part.ts'
import { granteeKey } from '../crypto/grantee-key.ts'
import { appPrivateKey } from './development-keys.ts'
import type { OwnChain } from './start-own-chain.ts'
import type { PartProcess } from './start-part-process.ts'

/** Describes the started parts: a target document, or the matching pieces of one. */
export type TestbedDocument = Partial<Target>

/** Returns the target document of the running parts. */
export function describeTestbed(up: {
  parts: { chain: OwnChain | undefined } & Record<Exclude<TestbedPart, 'chain'>, PartProcess | undefined>
  storage: StorageTarget | undefined
  serverProfile: Target['personalServer']['profile']
  /** Faults in front of the parts, as `--fault` has them. */
  faults: readonly string[]
}): TestbedDocument {
  const { chain, ...processes } = up.parts
  const { personalServer, apiServer } = processes
  const started = testbedParts.filter((part) => up.parts[part] !== undefined)
  return {
    ...(started.length === testbedParts.length && { name: 'local' }),
    ...(chain && describeChain(chain)),
    ...(up.storage && { storage: up.storage }),
    ...(personalServer && { personalServer: { url: personalServer.url, profile: up.serverProfile } }),
    ...(apiServer && { apiServer: { url: apiServer.url } }),
    ...(up.faults.length > 0 && { faults: [...up.faults] }),
    embedded: started.flatMap(dependenciesOf),
    metricsUrls: mapPresent(processes, ({ metricsUrl }) => metricsUrl),
    pids: mapPresent<TestbedPart, { pid: number }, number>(up.parts, ({ pid }) => pid),
  }
}

function describeChain(chain: OwnChain): TestbedDocument {
  const { owner, funder, relayer } = chain.accounts
  const [grantee, ...moreGrantees] = chain.granteeIds.map((id, index) => ({
    id,
    address: privateKeyToAccount(granteeKey(appPrivateKey, index)).address,
  }))
  return {
    chain: { id: chain.chainId, rpcUrls: [chain.rpcUrl], contracts: chain.contracts },
    ...(grantee && { grantee }),
    ...(moreGrantees.length > 0 && { moreGrantees }),
    versions: chain.versions,
    accounts: {
      owner: owner.privateKey,
      funder: funder.privateKey,
      relayer: relayer.privateKey,
      relayers: [...chain.relayerPrivateKeys],
    },
  }
}

/** The embedded personal server always comes with the embedded model. */
const dependenciesOf = (part: TestbedPart): DependencyName[] =>
  part === 'personalServer' ? [part, 'model'] : [part]

function mapPresent<Name extends string, From, To>(
  from: Record<Name, From | undefined>,
  read: (value: From) => To,
): Partial<Record<Name, To>> {
  const entries = Object.entries<From | undefined>(from).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, read(value)]],
  )
  return Object.fromEntries(entries)
}
