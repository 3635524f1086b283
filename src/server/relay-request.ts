import { type Address, getAddress, type Hash, type Hex } from 'viem'
import { z } from 'zod'
import type { ServerFilesAndPermission } from '../chain/permissions/add-server-files-and-permissions.ts'
import {
  type PermissionsDomain,
  serverFilesAndPermissionTypes,
} from '../chain/permissions/server-files-and-permission-hash.ts'
import { normalizeSignature } from '../crypto/normalize-signature.ts'
import { recoverAddress } from '../crypto/recover-address.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { ApiError } from './api-error.ts'
import { badRequest } from './bad-request.ts'

/** A request to the relay that was checked as far as it can be without the chain. */
export type RelayRequest = {
  message: ServerFilesAndPermission
  /** In the form that the contract accepts. */
  signature: Hex
  /** The signer, which the contract will take for the user. */
  user: Address
  /** The EIP-712 hash: two requests with the same one are the same request. */
  digest: Hash
}

/** The one operation that is relayed. */
export const relayedOperation = 'submitAddServerFilesAndPermissions'

const uint256 = z
  .union([z.string().regex(/^\d{1,78}$/, 'expected a decimal string'), z.int().nonnegative()])
  .transform(BigInt)
  .refine((value) => value < 2n ** 256n, 'does not fit uint256')
// In lower case, since a wrong checksum is no reason to refuse what the signature covers as 20 bytes.
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address')
  .transform((text) => text.toLowerCase() as Address)
const field = z.object({ name: z.string(), type: z.string() })

const operationSchema = z.object({ operation: z.string() })

const requestSchema = z.object({
  type: z.literal('signed', "only requests of type 'signed' are relayed"),
  operation: z.string(),
  typedData: z.strictObject({
    domain: z.strictObject({
      name: z.string(),
      version: z.string(),
      chainId: uint256,
      verifyingContract: address,
    }),
    types: z.record(z.string(), z.array(field)),
    primaryType: z.string(),
    message: z.strictObject({
      nonce: uint256,
      granteeId: uint256,
      grant: z.string(),
      fileUrls: z.array(z.string()),
      schemaIds: z.array(uint256),
      serverAddress: address,
      serverUrl: z.string(),
      serverPublicKey: z.string(),
      filePermissions: z.array(z.array(z.strictObject({ account: address, key: z.string() }))),
    }),
  }),
  signature: z.string(),
  expectedUserAddress: address.optional(),
})

/** What a relay request is checked against. */
export type RelayRules = {
  domain: PermissionsDomain
  hash(message: ServerFilesAndPermission): Hash
  /** Only permissions for these grantees are paid for. @default any */
  granteeIds?: readonly bigint[] | undefined
  /** Whether `expectedUserAddress` must be there. */
  requireExpectedUser: boolean
}

/**
 * Checks a request to the relay and recovers its signer, without asking the chain.
 *
 * The contract takes the address that the signature recovers to for the user, so a request that was altered, or signed for
 * another chain, is not refused there: it is executed for a stranger. What is checked here is therefore everything
 * that can be: the operation, domain and types are exactly the known ones, the signature has the contract's form, and
 * the signer is the expected user if the client names one.
 *
 * @throws ApiError
 * @example const { user, message, signature } = parseRelayRequest(request.body, rules)
 */
export function parseRelayRequest(body: unknown, rules: RelayRules): RelayRequest {
  // Before the message, whose shape depends on the operation.
  const asked = operationSchema.safeParse(body)
  if (asked.success && asked.data.operation !== relayedOperation) {
    throw new ApiError('OPERATION_NOT_ALLOWED', `Only ${relayedOperation} is relayed.`)
  }
  const parsed = requestSchema.safeParse(body)
  if (!parsed.success) throw badRequest(parsed.error)
  const { typedData, signature: givenSignature, expectedUserAddress } = parsed.data
  checkDomain(typedData.domain, rules.domain)
  checkTypes(typedData.types, typedData.primaryType)
  const { message } = typedData
  if (rules.granteeIds !== undefined && !rules.granteeIds.includes(message.granteeId)) {
    const only = rules.granteeIds.length === 1 ? 'grantee' : 'grantees'
    throw new ApiError(
      'GRANTEE_NOT_ALLOWED',
      `Only permissions for ${only} ${rules.granteeIds.join(', ')} are relayed.`,
    )
  }
  const digest = rules.hash(message)
  const signature = toContractForm(givenSignature)
  const user = recover(digest, signature)
  if (expectedUserAddress === undefined && rules.requireExpectedUser) {
    throw new ApiError('BAD_REQUEST', 'expectedUserAddress is required.')
  }
  if (expectedUserAddress !== undefined && user.toLowerCase() !== expectedUserAddress) {
    throw new ApiError(
      'SIGNER_MISMATCH',
      `The signature is by ${user}, not by ${getAddress(expectedUserAddress)}: another key, or altered data.`,
    )
  }
  return { message, signature, user, digest }
}

type GivenDomain = { name: string; version: string; chainId: bigint; verifyingContract: Address }

function checkDomain(given: GivenDomain, known: PermissionsDomain): void {
  const same =
    given.name === known.name &&
    given.version === known.version &&
    given.chainId === BigInt(known.chainId) &&
    given.verifyingContract === known.verifyingContract.toLowerCase()
  if (same) return
  const { name, version, chainId, verifyingContract } = known
  throw new ApiError(
    'DOMAIN_MISMATCH',
    `The domain must be ${name} ${version}, chain ${chainId}, contract ${verifyingContract}.`,
  )
}

const knownTypes = JSON.stringify(serverFilesAndPermissionTypes)

function checkTypes(types: Record<string, { name: string; type: string }[]>, primaryType: string): void {
  const { Permission, ServerFilesAndPermission, ...others } = types
  const same =
    primaryType === 'ServerFilesAndPermission' &&
    Object.keys(others).length === 0 &&
    JSON.stringify({ Permission, ServerFilesAndPermission }) === knownTypes
  if (!same) throw new ApiError('TYPES_MISMATCH', 'The types are not those of ServerFilesAndPermission.')
}

function toContractForm(signature: string): Hex {
  try {
    return normalizeSignature(signature)
  } catch (error) {
    throw signatureInvalid(error)
  }
}

function recover(hash: Hash, signature: Hex): Address {
  try {
    return recoverAddress({ hash, signature })
  } catch (error) {
    throw signatureInvalid(error)
  }
}

const signatureInvalid = (error: unknown): ApiError =>
  new ApiError(
    'SIGNATURE_INVALID',
    error instanceof LoadTestError ? error.message : 'The signature is invalid.',
    { cause: error },
  )
