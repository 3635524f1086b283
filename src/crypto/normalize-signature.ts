import type { Hex } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'

const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Brings a signature into the only form that OpenZeppelin's ECDSA, and so every contract of the workflow, accepts:
 * 65 bytes, s in the lower half, v 27 or 28.
 *
 * A v of 0 or 1 is lifted, as the Vana SDK does. A high s is refused rather than flipped, since the chain would
 * refuse it (`ECDSAInvalidSignatureS`) and whoever made it should know.
 *
 * @throws LoadTestError `CRYPTO_FAILED`, naming what the contract would say.
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
