import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto'
import secp256k1 from 'secp256k1'
import { messageOf } from './errors.ts'
import { decodeUtf8 } from './utf8.ts'

const ivLength = 16
const publicKeyLength = 65
const macLength = 32

/**
 * Opens the passphrase that a user sealed for this server.
 *
 * The sealed bytes are `iv(16) | ephemeral public key(65) | AES-256-CBC ciphertext | HMAC-SHA256(32)`. Both keys come from
 * SHA-512 of the shared x coordinate, padded to 32 bytes. The MAC covers the three parts before it and is checked first.
 *
 * @param sealed hex, with or without `0x`
 * @throws {Error} with the original's message
 * @example openSealedKey('5c19d8...', identity.privateKey) // '0x8b35...', the PGP passphrase
 */
export function openSealedKey(sealed: string, privateKey: Uint8Array): string {
  try {
    return decodeUtf8(open(bytesOf(sealed.replaceAll('0x', '')), privateKey))
  } catch (error) {
    throw new Error(`Failed to decrypt with wallet private key: ${messageOf(error)}`)
  }
}

function open(bytes: Buffer, privateKey: Uint8Array): Buffer {
  const ciphertextStart = ivLength + publicKeyLength
  const macStart = Math.max(ciphertextStart, bytes.length - macLength)
  const shared = sharedX(bytes.subarray(ivLength, ciphertextStart), privateKey)
  const keys = createHash('sha512').update(shared).digest()
  const mac = createHmac('sha256', keys.subarray(32)).update(bytes.subarray(0, macStart)).digest()
  const given = bytes.subarray(bytes.length - macLength)
  if (bytes.length < macStart + macLength || !timingSafeEqual(mac, given)) {
    throw new Error('MAC verification failed')
  }
  const decipher = createDecipheriv('aes-256-cbc', keys.subarray(0, 32), bytes.subarray(0, ivLength))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(ciphertextStart, macStart)), decipher.final()])
  } catch {
    throw new Error('Invalid padding bytes.')
  }
}

function bytesOf(hex: string): Buffer {
  const fault = hex.search(/[^0-9a-fA-F]/)
  if (fault === -1 && hex.length % 2 === 0) return Buffer.from(hex, 'hex')
  const position = fault === -1 ? hex.length : fault
  throw new Error(`non-hexadecimal number found in fromhex() arg at position ${position}`)
}

function sharedX(publicKey: Uint8Array, privateKey: Uint8Array): Uint8Array {
  try {
    // The hash function receives the coordinate padded to 32 bytes.
    return secp256k1.ecdh(publicKey, privateKey, { hashfn: (x) => x }, new Uint8Array(32))
  } catch {
    throw new Error('The public key could not be parsed or is invalid.')
  }
}
