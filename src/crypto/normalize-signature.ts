import type { Hex } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'

const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Normalizes a signature to the only form that OpenZeppelin's ECDSA, and with it every contract of the workflow, accepts:
 * 65 bytes, s in the lower half, v 27 or 28.
 *
 * It raises a v of 0 or 1 like the Vana SDK. It refuses a high s instead of flipping it: the chain would refuse it too
 * (`ECDSAInvalidSignatureS`), and its signer should learn of it.
 *
 * @throws LoadTestError `CRYPTO_FAILED` with the name of the contract's error.
 * @example normalizeSignature(`0x${rAndS}01`) // ends in 1c
 */
export function normalizeSignature(signature: string): Hex {
  if (!/^0x[0-9a-fA-F]{130}$/.test(signature)) {
    throw refusal('A signature is 0x and 130 hex digits (65 bytes).', 'ECDSAInvalidSignatureLength')
  }
  if (BigInt(`0x${signature.slice(66, 130)}`) > halfOrder) {
    throw refusal("The signature's s is in the upper half of the order.", 'ECDSAInvalidSignatureS')
  }
  const v = Number.parseInt(signature.slice(130), 16)
  if (v !== 0 && v !== 1 && v !== 27 && v !== 28) {
    throw refusal(`The signature's v is ${v}, not 27 or 28.`, 'ECDSAInvalidSignature')
  }
  const body = signature.slice(0, 130).toLowerCase() as Hex
  return `${body}${v === 0 || v === 27 ? '1b' : '1c'}`
}

const refusal = (message: string, revert: string): LoadTestError =>
  new LoadTestError('CRYPTO_FAILED', message, { details: { revert } })
