import { type Address, decodeFunctionData, encodeFunctionData, type Hex } from 'viem'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { permissionsAbi } from './abi.ts'

/** What a user signs, and the Permissions contract executes, in one flow. Named as the SDK names it. */
export type ServerFilesAndPermission = {
  /** The user's nonce at the Permissions contract, not that of the account. */
  nonce: bigint
  granteeId: bigint
  /** URL of the grant file. */
  grant: string
  fileUrls: readonly string[]
  /** One for each file; 0 for none. */
  schemaIds: readonly (bigint | number)[]
  serverAddress: Address
  serverUrl: string
  serverPublicKey: string
  /** For each file, who gets which sealed key. */
  filePermissions: readonly (readonly { account: Address; key: string }[])[]
}

/**
 * Encodes the call `addServerFilesAndPermissions(message, signature)` of the Permissions contract.
 *
 * @param signature 65 bytes with v 27 or 28, see `normalizeSignature`.
 * @example const data = encodeAddServerFilesAndPermissions(typedData.message, signature)
 */
export function encodeAddServerFilesAndPermissions(message: ServerFilesAndPermission, signature: Hex): Hex {
  return encodeFunctionData({
    abi: permissionsAbi,
    functionName: 'addServerFilesAndPermissions',
    args: [{ ...message, schemaIds: message.schemaIds.map(BigInt) }, signature],
  })
}

/**
 * Decodes the calldata of `addServerFilesAndPermissions` back into message and signature.
 *
 * @throws LoadTestError `CHAIN_RPC_ERROR` if the data is another call or malformed.
 * @example decodeAddServerFilesAndPermissions(transaction.input).message.grant
 */
export function decodeAddServerFilesAndPermissions(data: Hex): {
  message: ServerFilesAndPermission
  signature: Hex
} {
  try {
    const call = decodeFunctionData({ abi: permissionsAbi, data })
    if (call.functionName === 'addServerFilesAndPermissions') {
      const [message, signature] = call.args
      return { message, signature }
    }
  } catch (cause) {
    throw new LoadTestError('CHAIN_RPC_ERROR', 'The calldata cannot be decoded.', { cause })
  }
  throw new LoadTestError('CHAIN_RPC_ERROR', 'The calldata is not a call of addServerFilesAndPermissions.')
}
