import type { Address, Hex } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { deployedContracts } from '../../src/config/moksha.ts'

/** Recipient of the signature. */
export type Domain = { name: string; version: string; chainId: number; verifyingContract: Address }

/** The EIP-712 domains, as measured on the deployed contracts. */
export const domains = {
  permissions: {
    name: 'VanaDataPortabilityPermissions',
    version: '1',
    chainId: 14800,
    verifyingContract: deployedContracts.permissions,
  },
  servers: {
    name: 'VanaDataPortabilityServers',
    version: '1',
    chainId: 14800,
    verifyingContract: deployedContracts.servers,
  },
} satisfies Record<string, Domain>

const uint = <const N extends string>(name: N) => ({ name, type: 'uint256' }) as const
const text = <const N extends string>(name: N) => ({ name, type: 'string' }) as const

/** Two types of one name: here the sealed key of a file, ... */
const flowTypes = {
  ServerFilesAndPermission: [
    uint('nonce'),
    uint('granteeId'),
    text('grant'),
    { name: 'fileUrls', type: 'string[]' },
    { name: 'schemaIds', type: 'uint256[]' },
    { name: 'serverAddress', type: 'address' },
    text('serverUrl'),
    text('serverPublicKey'),
    { name: 'filePermissions', type: 'Permission[][]' },
  ],
  Permission: [{ name: 'account', type: 'address' }, text('key')],
} as const

/** ... there the input of addPermission. */
const permissionTypes = {
  Permission: [uint('nonce'), uint('granteeId'), text('grant'), { name: 'fileIds', type: 'uint256[]' }],
} as const

const addServerTypes = {
  AddServer: [
    uint('nonce'),
    { name: 'serverAddress', type: 'address' },
    text('publicKey'),
    text('serverUrl'),
  ],
} as const

/** The input of addServerFilesAndPermissions. */
export type FlowInput = {
  nonce: bigint
  granteeId: bigint
  grant: string
  fileUrls: string[]
  schemaIds: bigint[]
  serverAddress: Address
  serverUrl: string
  serverPublicKey: string
  filePermissions: { account: Address; key: string }[][]
}

/** The input of addPermission. */
export type PermissionInput = { nonce: bigint; granteeId: bigint; grant: string; fileIds: bigint[] }

/** The input of addServerWithSignature and addAndTrustServerWithSignature. */
export type AddServerInput = { nonce: bigint; serverAddress: Address; publicKey: string; serverUrl: string }

type Signer = Pick<PrivateKeyAccount, 'signTypedData'>

/** Signs for addServerFilesAndPermissions. */
export function signFlow(
  user: Signer,
  message: FlowInput,
  domain: Domain = domains.permissions,
): Promise<Hex> {
  return user.signTypedData({ domain, types: flowTypes, primaryType: 'ServerFilesAndPermission', message })
}

/** Signs for addPermission. */
export function signPermission(user: Signer, message: PermissionInput): Promise<Hex> {
  const domain = domains.permissions
  return user.signTypedData({ domain, types: permissionTypes, primaryType: 'Permission', message })
}

/** Signs for revokePermissionWithSignature. */
export function signRevocation(user: Signer, message: { nonce: bigint; permissionId: bigint }): Promise<Hex> {
  const types = { RevokePermission: [uint('nonce'), uint('permissionId')] } as const
  return user.signTypedData({ domain: domains.permissions, types, primaryType: 'RevokePermission', message })
}

/** Signs for addServerWithSignature and addAndTrustServerWithSignature. */
export function signAddServer(user: Signer, message: AddServerInput): Promise<Hex> {
  return user.signTypedData({
    domain: domains.servers,
    types: addServerTypes,
    primaryType: 'AddServer',
    message,
  })
}

/** Signs for trustServerWithSignature. */
export function signTrust(user: Signer, message: { nonce: bigint; serverId: bigint }): Promise<Hex> {
  const types = { TrustServer: [uint('nonce'), uint('serverId')] } as const
  return user.signTypedData({ domain: domains.servers, types, primaryType: 'TrustServer', message })
}

/** Signs for untrustServerWithSignature. */
export function signUntrust(user: Signer, message: { nonce: bigint; serverId: bigint }): Promise<Hex> {
  const types = { UntrustServer: [uint('nonce'), uint('serverId')] } as const
  return user.signTypedData({ domain: domains.servers, types, primaryType: 'UntrustServer', message })
}
