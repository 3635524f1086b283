import { type Address, decodeEventLog, type Hex, isAddressEqual } from 'viem'
import { permissionsAbi } from './abi.ts'

/** What a `PermissionAdded` event says. */
export type PermissionAdded = {
  permissionId: bigint
  user: Address
  granteeId: bigint
  /** URL of the grant file. */
  grant: string
  /** In the order of the call; a file named twice is here twice. */
  fileIds: readonly bigint[]
}

/** The part of a receipt's log that decoding needs. */
export type EventLog = { address: Address; topics: readonly Hex[]; data: Hex }

/** Topic of `PermissionAdded(uint256,address,uint256,string,uint256[])`. */
export const permissionAddedTopic: Hex = '0x2cff87230608e71ec991ee7212c0cc861c08b275ecc30716cdc7681cc0fdc288'

/**
 * Finds and decodes the `PermissionAdded` event of the Permissions contract in a receipt's logs.
 *
 * An event of the same shape from another contract does not count, nor does one whose data cannot be decoded.
 *
 * @param permissions Address of the Permissions contract (the proxy).
 * @returns `null` if there is no such event; then the transaction did not add a permission.
 * @example findPermissionAdded(receipt.logs, target.chain.contracts.permissions)?.permissionId
 */
export function findPermissionAdded(logs: readonly EventLog[], permissions: Address): PermissionAdded | null {
  for (const { address, topics, data } of logs) {
    const [topic, ...rest] = topics
    if (topic?.toLowerCase() !== permissionAddedTopic || !isAddressEqual(address, permissions)) continue
    try {
      return decodeEventLog({ abi: permissionsAbi, topics: [topic, ...rest], data }).args
    } catch {}
  }
  return null
}
