import secp256k1 from 'secp256k1'
import {
  type Address,
  bytesToHex,
  type Hash,
  type Hex,
  hashMessage,
  hashTypedData,
  hexToBytes,
  type SignableMessage,
  type TypedData,
  type TypedDataDefinition,
} from 'viem'
import { publicKeyToAddress } from 'viem/accounts'
import { LoadTestError } from '../errors/load-test-error.ts'

/**
 * Recovers the address that signed a 32-byte hash, with native secp256k1.
 *
 * Accepts the same 65-byte signatures as viem's `recoverAddress`: v of 27, 28, 0 or 1, and s in either half. For the
 * contracts' stricter rules use `normalizeSignature` first.
 *
 * @throws LoadTestError `CRYPTO_FAILED` if the signature is malformed or recovers to no point of the curve.
 * @example recoverAddress({ hash: hashMessage('hello'), signature })
 */
export function recoverAddress({ hash, signature }: { hash: Hash; signature: Hex }): Address {
  if (!/^0x[0-9a-fA-F]{130}$/.test(signature)) {
    throw new LoadTestError('CRYPTO_FAILED', 'A signature is 0x and 130 hex digits (65 bytes).')
  }
  const bytes = hexToBytes(signature)
  const v = bytes[64] ?? 0
  const recid = v >= 27 ? v - 27 : v
  if (recid > 1) throw new LoadTestError('CRYPTO_FAILED', `The signature's v is ${v}, not 27 or 28.`)
  try {
    const publicKey = secp256k1.ecdsaRecover(bytes.subarray(0, 64), recid, hexToBytes(hash), false)
    return publicKeyToAddress(bytesToHex(publicKey))
  } catch (cause) {
    throw new LoadTestError('CRYPTO_FAILED', 'The signature recovers to no address.', { cause })
  }
}

/**
 * Recovers the signer of a text by EIP-191 (`personal_sign`).
 *
 * @throws LoadTestError `CRYPTO_FAILED` as {@link recoverAddress} does.
 * @example recoverMessageAddress({ message: '{"permission_id":7}', signature })
 */
export function recoverMessageAddress({
  message,
  signature,
}: {
  message: SignableMessage
  signature: Hex
}): Address {
  return recoverAddress({ hash: hashMessage(message), signature })
}

/**
 * Recovers the signer of EIP-712 typed data.
 *
 * @throws LoadTestError `CRYPTO_FAILED` as {@link recoverAddress} does.
 * @example recoverTypedDataAddress({ domain, types, primaryType: 'Permission', message, signature })
 */
export function recoverTypedDataAddress<
  const typedData extends TypedData | Record<string, unknown>,
  primaryType extends keyof typedData | 'EIP712Domain' = keyof typedData,
>({ signature, ...typedData }: TypedDataDefinition<typedData, primaryType> & { signature: Hex }): Address {
  return recoverAddress({ hash: hashTypedData(typedData as TypedDataDefinition), signature })
}
