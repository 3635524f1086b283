import { type Address, decodeFunctionResult, encodeFunctionData, type Hex, hexToBytes, parseAbi } from 'viem'
import type { EthCall } from './eth-call.ts'
import type { ContractAddresses } from './options.ts'
import { decodeUtf8 } from './utf8.ts'

/** The fields of a permission that the server uses. */
export type PermissionRecord = {
  grantor: Address
  granteeId: bigint
  grant: string
  fileIds: readonly bigint[]
}

/** The four reads. Each returns undefined on any error: the original treats every error as an absent record. */
export type ContractReads = {
  permission(id: bigint): Promise<PermissionRecord | undefined>
  granteeAddress(id: bigint): Promise<Address | undefined>
  fileUrl(id: bigint): Promise<string | undefined>
  /** The key that the user sealed for a server; empty if there is none. */
  fileKey(id: bigint, server: Address): Promise<string | undefined>
}

// Texts are declared as bytes, which have the same encoding: viem would replace invalid UTF-8, and the original's decoder
// refuses it. `files` has the four fields that the original knows; the decoder finds the url by its offset.
const abi = parseAbi([
  'struct Permission { uint256 id; address grantor; uint256 nonce; uint256 granteeId; bytes grant; uint256 startBlock; uint256 endBlock; uint256[] fileIds; }',
  'struct Grantee { address owner; address granteeAddress; bytes publicKey; uint256[] permissionIds; }',
  'struct File { uint256 id; address ownerAddress; bytes url; uint256 addedAtBlock; }',
  'function permissions(uint256) view returns (Permission)',
  'function grantees(uint256) view returns (Grantee)',
  'function files(uint256) view returns (File)',
  'function filePermissions(uint256, address) view returns (bytes)',
])

/**
 * Reads records from the data-portability contracts, one `eth_call` each.
 *
 * @param signal its abort is thrown and does not count as an absent record
 * @example await createContractReads(ethCall, addresses, signal).permission(7n)
 */
export function createContractReads(
  ethCall: EthCall,
  contracts: ContractAddresses,
  signal: AbortSignal,
): ContractReads {
  const absentOnError = async <value>(read: () => Promise<value>): Promise<value | undefined> => {
    try {
      return await read()
    } catch {
      signal.throwIfAborted()
      return undefined
    }
  }
  return {
    permission: (id) =>
      absentOnError(async () => {
        const data = encodeFunctionData({ abi, functionName: 'permissions', args: [id] })
        const result = await ethCall(contracts.permissions, data)
        const record = decodeFunctionResult({ abi, functionName: 'permissions', data: result })
        const { grantor, granteeId, grant, fileIds } = record
        return { grantor, granteeId, grant: textOf(grant), fileIds }
      }),
    granteeAddress: (id) =>
      absentOnError(async () => {
        const data = encodeFunctionData({ abi, functionName: 'grantees', args: [id] })
        const result = await ethCall(contracts.grantees, data)
        return decodeFunctionResult({ abi, functionName: 'grantees', data: result }).granteeAddress
      }),
    fileUrl: (id) =>
      absentOnError(async () => {
        const data = encodeFunctionData({ abi, functionName: 'files', args: [id] })
        const result = await ethCall(contracts.registry, data)
        return textOf(decodeFunctionResult({ abi, functionName: 'files', data: result }).url)
      }),
    fileKey: (id, server) =>
      absentOnError(async () => {
        const data = encodeFunctionData({ abi, functionName: 'filePermissions', args: [id, server] })
        const result = await ethCall(contracts.registry, data)
        return textOf(decodeFunctionResult({ abi, functionName: 'filePermissions', data: result }))
      }),
  }
}

const textOf = (hex: Hex): string => decodeUtf8(hexToBytes(hex))
