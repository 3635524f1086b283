import { ApiError, internalError } from './errors.ts'
import type { DeriveIdentity } from './identity.ts'
import type { Profile } from './profile.ts'
import { queryParameter } from './python-unquote.ts'
import { missing, patternMismatch, ValidationError } from './validation-error.ts'

const addressPattern = '^0x[a-fA-F0-9]{40}$'

/**
 * Reads the address that `GET /identity` asks for; the last one wins.
 *
 * @param query as sent
 * @throws {ValidationError} when there is none, and in the later version when it is no address
 */
export function parseIdentityQuery(query: string, profile: Profile): string {
  const address = queryParameter(query, 'address')
  if (address === undefined) throw new ValidationError([missing(['query', 'address'])])
  if (profile.strictRequests && !new RegExp(addressPattern).test(address)) {
    throw new ValidationError([patternMismatch(['query', 'address'], addressPattern, address)])
  }
  return address
}

/**
 * Carries out `GET /identity`. The address's checksum is not verified.
 *
 * @throws {ApiError} VALIDATION_ERROR_USER_ADDRESS without a lower-case `0x`; INTERNAL_SERVER_ERROR for anything else that
 * is no address, since the original checks that only when it answers
 */
export function getIdentity(identityOf: DeriveIdentity, userAddress: string): unknown {
  if (!userAddress.startsWith('0x')) {
    throw new ApiError('VALIDATION_ERROR_USER_ADDRESS', 'Invalid user address format', {
      field: 'user_address',
    })
  }
  // Python's `$` also matches before a last newline.
  if (!new RegExp(addressPattern).test(userAddress.replace(/\n$/, ''))) throw internalError()
  const { address, publicKey } = identityOf(userAddress)
  return {
    kind: 'Identity',
    user_address: userAddress,
    personal_server: { kind: 'PersonalServer', address, public_key: publicKey },
  }
}
