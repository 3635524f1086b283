import { createHmac } from 'node:crypto'
import secp256k1 from 'secp256k1'
import { LoadTestError } from '../errors/load-test-error.ts'

/** A node of a BIP-32 tree with its private key. */
export type HdKey = {
  privateKey: Uint8Array
  /** Compressed, 33 bytes. Computed once, since the hash of each child needs it. */
  publicKey: Uint8Array
  chainCode: Uint8Array
}

/** Added to an index to make the child hardened. */
export const hardened = 0x8000_0000

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/**
 * Derives the root of the tree from a seed (BIP-32).
 *
 * @example hdRoot(mnemonicToSeed(mnemonic))
 */
export function hdRoot(seed: Uint8Array): HdKey {
  const digest = createHmac('sha512', 'Bitcoin seed').update(seed).digest()
  return toHdKey(digest.subarray(0, 32), digest.subarray(32))
}

/**
 * Derives the node at a path below a key.
 *
 * @example deriveHdPath(root, [44 + hardened, 60 + hardened, hardened, 0])
 */
export const deriveHdPath = (key: HdKey, path: readonly number[]): HdKey =>
  path.reduce((node, index) => {
    const { privateKey, chainCode } = deriveChild(node, index)
    return toHdKey(privateKey, chainCode)
  }, key)

/**
 * Derives one child's private key and chain code: one HMAC-SHA512 and one addition modulo the order of the curve.
 *
 * @param index 0 to 2^31 - 1, plus `hardened` for a hardened child
 * @throws LoadTestError CRYPTO_FAILED for the 1 in 2^127 indexes that have no key
 */
export function deriveChild(parent: HdKey, index: number): { privateKey: Uint8Array; chainCode: Uint8Array } {
  const input = Buffer.alloc(37)
  if (index >= hardened) input.set(parent.privateKey, 1)
  else input.set(parent.publicKey, 0)
  input.writeUInt32BE(index, 33)
  const digest = createHmac('sha512', parent.chainCode).update(input).digest()

  const tweak = toInteger(digest.subarray(0, 32))
  const key = (tweak + toInteger(parent.privateKey)) % order
  if (tweak >= order || key === 0n) {
    throw new LoadTestError('CRYPTO_FAILED', `There is no key at index ${index}. Use another index.`)
  }
  return {
    privateKey: Buffer.from(key.toString(16).padStart(64, '0'), 'hex'),
    chainCode: digest.subarray(32),
  }
}

function toHdKey(privateKey: Uint8Array, chainCode: Uint8Array): HdKey {
  return { privateKey, publicKey: secp256k1.publicKeyCreate(privateKey), chainCode }
}

const toInteger = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
