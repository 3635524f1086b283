import { createHash } from 'node:crypto'
import secp256k1 from 'secp256k1'
import type { Address, Hex } from 'viem'
import { bytesToHex } from 'viem'
import { mnemonicToAccount, publicKeyToAddress } from 'viem/accounts'
import { deriveChild, type HdKey } from '../../crypto/hd-key.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'

/** The server's key pair for one user. */
export type ServerIdentity = {
  /** EIP-55 checksummed. */
  address: Address
  /** `0x04` and 64 bytes, lower-case hex. */
  publicKey: Hex
  privateKey: Uint8Array
}

/** Derives the server's identity for a user's address. */
export type DeriveIdentity = (userAddress: string) => ServerIdentity

/** Identities kept, so that a flow's identity request and its operation derive once. */
const cacheSize = 10_000

/**
 * Index of a user's key below `m/44'/60'/0'/0`: the first four bytes of the SHA-256 of the lower-cased address *text*,
 * big-endian, modulo 2^31.
 *
 * @example identityIndex('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266') // 1610488137
 */
export function identityIndex(userAddress: string): number {
  return createHash('sha256').update(userAddress.toLowerCase()).digest().readUInt32BE(0) % 2 ** 31
}

/**
 * Creates the derivation. It derives the node `m/44'/60'/0'/0` once (its PBKDF2 takes about 15 ms) and caches children.
 *
 * @param mnemonic BIP-39 words; the passphrase is empty
 * @throws {LoadTestError} CONFIG_INVALID for words that are not a mnemonic
 * @example createIdentityDerivation('test test ... junk')('0xf39F...').address
 */
export function createIdentityDerivation(mnemonic: string): DeriveIdentity {
  const node = parentNode(mnemonic)
  const cache = new Map<string, ServerIdentity>()
  return (userAddress) => {
    const key = userAddress.toLowerCase()
    const known = cache.get(key)
    if (known !== undefined) return known
    const privateKey = Uint8Array.from(deriveChild(node, identityIndex(key)).privateKey)
    const publicKey = bytesToHex(secp256k1.publicKeyCreate(privateKey, false))
    const identity = { address: publicKeyToAddress(publicKey), publicKey, privateKey }
    const oldest = cache.size >= cacheSize ? cache.keys().next().value : undefined
    if (oldest !== undefined) cache.delete(oldest)
    cache.set(key, identity)
    return identity
  }
}

function parentNode(mnemonic: string): HdKey {
  try {
    const node = mnemonicToAccount(mnemonic, { path: "m/44'/60'/0'/0" }).getHdKey()
    const { privateKey, publicKey, chainCode } = node
    if (privateKey === null || publicKey === null || chainCode === null) throw new Error('no key')
    return { privateKey, publicKey, chainCode }
  } catch {
    // The cause would quote the words.
    throw new LoadTestError('CONFIG_INVALID', "The personal server's mnemonic is not a BIP-39 phrase.")
  }
}
