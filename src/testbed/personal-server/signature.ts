import secp256k1 from 'secp256k1'
import { type Address, bytesToHex, hashMessage, hexToBytes } from 'viem'
import { publicKeyToAddress } from 'viem/accounts'
import { ApiError, messageOf } from './errors.ts'

/**
 * Recovers the signer of a request: EIP-191 `personal_sign` over the exact text.
 *
 * It is as lenient as the original's library: `0x` is optional, an odd number of digits is padded on the left, `v` may be
 * 0, 1, 27, 28 or any number from 35 (reduced to a parity, as in EIP-155), and `s` may be high.
 *
 * @returns the signer's checksummed address
 * @throws {ApiError} AUTHENTICATION_ERROR if no address can be recovered
 * @example recoverSigner('{"permission_id":1}', '0x182d...1b') // '0x19E7...'
 */
export function recoverSigner(text: string, signature: string): Address {
  try {
    const bytes = signatureBytes(signature)
    const digest = hexToBytes(hashMessage(text))
    const publicKey = secp256k1.ecdsaRecover(bytes.subarray(0, 64), parityOf(bytes[64] ?? 0), digest, false)
    return publicKeyToAddress(bytesToHex(publicKey))
  } catch (cause) {
    throw new ApiError('AUTHENTICATION_ERROR', 'Invalid signature or unable to recover app address', {
      cause: messageOf(cause),
    })
  }
}

function signatureBytes(signature: string): Uint8Array {
  const digits = signature.replace(/^0x/i, '')
  const even = digits.length % 2 === 0 ? digits : `0${digits}`
  if (!/^[0-9a-fA-F]{130}$/.test(even)) throw new Error('not 65 bytes of hex')
  return Buffer.from(even, 'hex')
}

function parityOf(v: number): 0 | 1 {
  if (v === 0 || v === 27) return 0
  if (v === 1 || v === 28) return 1
  if (v < 35) throw new Error(`v ${v} is invalid`)
  return (v - 35) % 2 === 0 ? 0 : 1
}
