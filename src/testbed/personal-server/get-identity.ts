import { ApiError, internalError } from './errors.ts'
import type { DeriveIdentity } from './identity.ts'
import type { Profile } from './profile.ts'
import { missing, patternMismatch, ValidationError } from './validation-error.ts'

const addressPattern = '^0x[a-fA-F0-9]{40}$'
const isAddress = (text: string): boolean => new RegExp(addressPattern).test(text)

/**
 * Checks the query parameter `address` of `GET /identity`.
 *
 * @throws {ValidationError} if it is missing, and in the later profile if it is not an address
 */
export function parseIdentityAddress(address: string | undefined, profile: Profile): string {
  if (address === undefined) throw new ValidationError([missing(['query', 'address'])])
  if (profile.strictRequests && !isAddress(address)) {
    throw new ValidationError([patternMismatch(['query', 'address'], addressPattern, address)])
  }
  return address
}

/**
 * Answers `GET /identity`. The address's checksum is not verified.
 *
 * @throws {ApiError} VALIDATION_ERROR_USER_ADDRESS without a lower-case `0x`; INTERNAL_SERVER_ERROR for any other text that
 * is not an address, which the original notices only when it writes the answer
 */
export function getIdentity(identityOf: DeriveIdentity, userAddress: string): object {
  if (!userAddress.startsWith('0x')) {
    throw new ApiError('VALIDATION_ERROR_USER_ADDRESS', 'Invalid user address format', {
      field: 'user_address',
    })
  }
  if (!isAddress(userAddress)) throw internalError()
  const { address, publicKey } = identityOf(userAddress)
  return {
    kind: 'Identity',
    user_address: userAddress,
    personal_server: { kind: 'PersonalServer', address, public_key: publicKey },
  }
}
