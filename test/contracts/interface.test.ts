import { type Abi, type AbiParameter, toEventSelector, toFunctionSelector } from 'viem'
import { describe, expect, it } from 'vitest'
import { contractArtifact } from '../../src/testbed/chain/contract-artifacts.ts'
import { type ContractReference, implementationOf } from '../../src/testbed/chain/deploy-contracts.ts'
import { sdkAbis } from './sdk-abis.ts'

type Name = keyof typeof sdkAbis

const typeOf = ({ type, ...parameter }: AbiParameter): string =>
  'components' in parameter
    ? `(${parameter.components.map((part) => `${typeOf(part)} ${part.name}`).join(',')})${type.slice('tuple'.length)}`
    : type

/** An ABI as text lines; parameters of functions without their names, which nothing on the wire has. */
const lines = (abi: Abi): string[] =>
  abi.flatMap((item) => {
    switch (item.type) {
      case 'function':
        return `${item.name}(${item.inputs.map(typeOf)}) ${item.stateMutability === 'pure' ? 'view' : item.stateMutability} -> (${item.outputs.map(typeOf)})`
      case 'event':
        return `event ${item.name}(${item.inputs.map((input) => `${typeOf(input)}${input.indexed ? ' indexed' : ''} ${input.name}`)})`
      case 'error':
        return `error ${item.name}(${item.inputs.map((input) => `${typeOf(input)} ${input.name}`)})`
      default:
        return []
    }
  })

const ours = (name: Name, reference: ContractReference = '2025-09'): string[] =>
  lines(implementationOf(name, reference).abi)
const theirs = (name: Name): string[] => lines(sdkAbis[name])

describe("the interface is the published SDK's", () => {
  it.each(['permissions', 'servers', 'grantees'] as const)('%s: all of it, and nothing else', (name) => {
    expect(ours(name).toSorted()).toEqual(theirs(name).toSorted())
  })

  it.each(['registry', 'schemas'] as const)('%s: a part of it, and nothing else', (name) => {
    expect(ours(name).filter((line) => !theirs(name).includes(line))).toEqual([])
  })

  it('the registry leaves out proofs and refinements alone', () => {
    const missing = theirs('registry').filter((line) => !ours('registry').includes(line))
    expect(missing.map((line) => /^(?:event |error )?(\w+)/.exec(line)?.[1]).toSorted()).toEqual([
      'FileNotFound',
      'InvalidUrl',
      'NoPermission',
      'PGE_ROLE',
      'ProofAdded',
      'REFINEMENT_SERVICE_ROLE',
      'RefinementAdded',
      'RefinementUpdated',
      'addProof',
      'addRefinementWithPermission',
      'fileProofs',
      'fileRefinements',
    ])
  })
})

describe('12 reference 2026-04 has the same interface', () => {
  const multicall = 'multicall(bytes[]) nonpayable -> (bytes[])'
  const granteeV2 = '(address owner,address granteeAddress,string publicKey,uint256 permissionsCount)'
  const added: Partial<Record<Name, string[]>> = {
    grantees: [
      'error UnauthorizedRegistration()',
      `granteeByAddressV2(address) view -> (${granteeV2})`,
      `granteeInfoV2(uint256) view -> (${granteeV2})`,
      'granteePermissionsPaginated(uint256,uint256,uint256) view -> (uint256[],uint256,bool)',
      `granteesV2(uint256) view -> (${granteeV2})`,
    ],
  }

  it.each(['permissions', 'servers', 'grantees', 'registry'] as const)('%s: but for multicall', (name) => {
    const before = ours(name)
    expect(before).toContain(multicall)
    const expected = [...before.filter((line) => line !== multicall), ...(added[name] ?? [])]
    expect(ours(name, '2026-04').toSorted()).toEqual(expected.toSorted())
  })
})

/** As recorded from the deployed contracts. */
const functionSelectors: Record<Name, Record<string, string>> = {
  permissions: {
    addServerFilesAndPermissions: '0x270ef19a',
    addPermission: '0x21f3d73e',
    revokePermission: '0xf55e822d',
    revokePermissionWithSignature: '0xbdba4384',
    userNonce: '0x2e04b8e7',
    users: '0xa87430ba',
    permissions: '0x58886dba',
    permissionsCount: '0x443eea4c',
    permissionFileIds: '0x1b393532',
    filePermissionIds: '0xe1a04226',
    filePermissions: '0xbf9e5b9b',
    userPermissionIdsValues: '0xb8ca86d0',
    userPermissionIdsAt: '0x1acd0505',
    userPermissionIdsLength: '0xd1f6ac15',
    dataRegistry: '0xa39c1d6b',
    dataPortabilityServers: '0x4d4b163c',
    dataPortabilityGrantees: '0xa56ae0d8',
    updateDataRegistry: '0x0e2a14a3',
    updateServersContract: '0xfd1cfa3b',
    updateGranteesContract: '0xd51aa4fa',
    pause: '0x8456cb59',
    unpause: '0x3f4ba83a',
    paused: '0x5c975abb',
    eip712Domain: '0x84b0196e',
    version: '0x54fd4d50',
    trustedForwarder: '0x7da0a877',
    initialize: '0x1459457a',
  },
  servers: {
    addAndTrustServerByManager: '0xb96be580',
    trustServerByManager: '0x4894675c',
    addAndTrustServerWithSignature: '0xf5659178',
    addServerWithSignature: '0xdf8e98f9',
    trustServer: '0xc407cfb8',
    untrustServer: '0xd250d879',
    trustServerWithSignature: '0x38ddd88f',
    untrustServerWithSignature: '0x621e626e',
    updateServer: '0x16550044',
    serverAddressToId: '0x53bdbb96',
    serverByAddress: '0xef32b146',
    servers: '0x5cf0f357',
    userServers: '0xa1c004b2',
    userServerValues: '0x39faf4bd',
    userServerIdsValues: '0x6413f8f9',
    userServerIdsAt: '0xd5cf5aca',
    userServerIdsLength: '0xca917b32',
    serversCount: '0x3552b104',
    userNonce: '0x2e04b8e7',
    users: '0xa87430ba',
    setUserNonce: '0x0ab57023',
  },
  grantees: {
    registerGrantee: '0x4c2e2d31',
    grantees: '0x3ca017f7',
    granteeInfo: '0x1300597a',
    granteeByAddress: '0xa2fe1be1',
    granteeAddressToId: '0x3905158a',
    granteesCount: '0x0ca55d71',
    granteePermissionIds: '0x3b749f11',
    granteePermissions: '0x78187a36',
    addPermissionToGrantee: '0x937253a1',
    removePermissionFromGrantee: '0xec38c2d4',
  },
  registry: {
    addFile: '0xeb9b9b64',
    addFileWithSchema: '0xd31db308',
    addFileWithPermissions: '0xafbfc156',
    addFileWithPermissionsAndSchema: '0xb2319dcd',
    addFilePermission: '0xf75cf867',
    addFilePermissionsAndSchema: '0xe62f984a',
    files: '0xf4c714b4',
    fileIdByUrl: '0xf4fb9e47',
    filesCount: '0xdfb5e9ba',
    filePermissions: '0x60f1c43a',
    dataRefinerRegistry: '0xb0e5ad32',
    updateDataRefinerRegistry: '0xf33b6cd4',
    emitLegacyEvents: '0xe4f0bf90',
    updateEmitLegacyEvents: '0x2fa0ef9b',
    version: '0x54fd4d50',
    pause: '0x8456cb59',
    unpause: '0x3f4ba83a',
    paused: '0x5c975abb',
  },
  schemas: {
    isValidSchemaId: '0x2b81d027',
    schemasCount: '0x071cfffd',
    schemas: '0x1ab9511a',
    addSchema: '0x96237718',
  },
}

const eventTopics: Record<string, string> = {
  'permissions.PermissionAdded': '0x2cff87230608e71ec991ee7212c0cc861c08b275ecc30716cdc7681cc0fdc288',
  'permissions.PermissionRevoked': '0xc8a9a6a181cb55eed6156d6dd78a38f724344c00428a256435c007f2bcf35114',
  'servers.ServerRegistered': '0xe5e42fb20f0e680172f6a278ac2230bbf6107e91c64d66d6ae98f9e49c3dc715',
  'servers.ServerTrusted': '0x87c4ec2c999f8f02975055f9b959c97108d5a6ab8742d9e2c8a94e9f46fda0ef',
  'servers.ServerUntrusted': '0xef887310a4cb477fd13d3c0c1030e11b0295904652f57e0d7f8d42b89c75f63e',
  'servers.ServerUpdated': '0xe6e4d29c408e4011f6d4dd4d336b135fec34a07efce1d008b9b4309a7c75cdce',
  'grantees.GranteeRegistered': '0x71e52c6f4049fe22c5428eeaa0409df0cd7c897f716a9a0fa8b95851f8d608a2',
  'registry.FileAdded': '0x2980b13036c0d9df6b71ea9e9c09536efd24d7dd1868e29aa730f0c3fbd1a0dc',
  'registry.FileAddedV2': '0x4700587a90f43e584ef58af08d40dd9622ca3ee15baa07dc9d58ecf43b598324',
  'registry.PermissionGranted': '0x6e0403ef2b13328247bf9260ad8dd9c18fb5a18b95ea25de817ca991da05929b',
}

const errorSelectors: Record<string, string> = {
  'permissions.InvalidNonce': '0x06427aeb',
  'permissions.InvalidSchemaIdsLength': '0x864a1e22',
  'permissions.InvalidPermissionsLength': '0xcc9edfb2',
  'permissions.NotFileOwner': '0x21748543',
  'permissions.EmptyGrant': '0xb5b6936d',
  'permissions.GranteeNotFound': '0x9df69edf',
  'permissions.InactivePermission': '0xf22850e0',
  'permissions.NotPermissionGrantor': '0x7ddbb38a',
  'permissions.ZeroAddress': '0xd92e233d',
  'permissions.InvalidSignature': '0x8baa579f',
  'permissions.ECDSAInvalidSignatureLength': '0xfce698f7',
  'permissions.ECDSAInvalidSignatureS': '0xd78bce0c',
  'permissions.ECDSAInvalidSignature': '0xf645eedf',
  'permissions.EnforcedPause': '0xd93c0665',
  'permissions.ExpectedPause': '0x8dfc202b',
  'permissions.InvalidInitialization': '0xf92ee8a9',
  'permissions.AccessControlUnauthorizedAccount': '0xe2517d3f',
  'servers.ZeroAddress': '0xd92e233d',
  'servers.InvalidNonce': '0x06427aeb',
  'servers.EmptyPublicKey': '0x4f42be3d',
  'servers.EmptyUrl': '0x38b06993',
  'servers.ServerAlreadyRegistered': '0x76f9b424',
  'servers.ServerNotFound': '0xc93d810a',
  'servers.ServerNotTrusted': '0x7e9e38a5',
  'servers.ServerAlreadyUntrusted': '0x77c00f0a',
  'servers.NotServerOwner': '0xdc933954',
  'grantees.EmptyPublicKey': '0x4f42be3d',
  'grantees.ZeroAddress': '0xd92e233d',
  'grantees.GranteeNotFound': '0x9df69edf',
  'grantees.GranteeAlreadyRegistered': '0xfd9ea5e8',
  'registry.NotFileOwner': '0xabea3229',
  'registry.FileUrlAlreadyUsed': '0x86114455',
  'registry.InvalidSchemaId': '0xeba6c77a',
}

/** Finds an item of a compiled contract by `contract.name`. */
function item(path: string, type: 'event' | 'error') {
  const [contract = '', name] = path.split('.')
  const found = implementationOf(contract as Name).abi.find(
    (candidate) => candidate.type === type && candidate.name === name,
  )
  if (found?.type !== 'event' && found?.type !== 'error') throw new Error(`no ${type} ${path}`)
  return found
}

/** As every deployment of Multicall3 has them. */
const multicall3Selectors = {
  aggregate: '0x252dba42',
  aggregate3: '0x82ad56cb',
  aggregate3Value: '0x174dea71',
  blockAndAggregate: '0xc3077fa9',
  getBasefee: '0x3e64a696',
  getBlockHash: '0xee82ac5e',
  getBlockNumber: '0x42cbb15c',
  getChainId: '0x3408e470',
  getCurrentBlockCoinbase: '0xa8b0574e',
  getCurrentBlockDifficulty: '0x72425d9d',
  getCurrentBlockGasLimit: '0x86d516e8',
  getCurrentBlockTimestamp: '0x0f28c97d',
  getEthBalance: '0x4d2301cc',
  getLastBlockHash: '0x27e86d6e',
  tryAggregate: '0xbce38bd7',
  tryBlockAndAggregate: '0x399542e9',
}

const selectorsOf = (abi: Abi) =>
  Object.fromEntries(
    abi
      .filter((candidate) => candidate.type === 'function')
      .map((candidate) => [candidate.name, toFunctionSelector(candidate)]),
  )

describe('selectors are those recorded from the deployed contracts', () => {
  it('functions of Multicall3: all of them, and nothing else', () => {
    expect(selectorsOf(contractArtifact('Multicall3').abi)).toEqual(multicall3Selectors)
  })

  it.each(Object.keys(functionSelectors) as Name[])('functions of %s', (name) => {
    expect(selectorsOf(implementationOf(name).abi)).toMatchObject(functionSelectors[name])
  })

  it.each(Object.entries(eventTopics))('event %s', (path, topic) => {
    const event = item(path, 'event')
    expect(event.type === 'event' && toEventSelector(event)).toBe(topic)
  })

  it.each(Object.entries(errorSelectors))('error %s', (path, selector) => {
    const error = item(path, 'error')
    expect(toFunctionSelector({ ...error, type: 'function', outputs: [], stateMutability: 'view' })).toBe(
      selector,
    )
  })
})
