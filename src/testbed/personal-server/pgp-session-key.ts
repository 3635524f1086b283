import { createDecipheriv, createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SessionKey } from 'openpgp'

/** A passphrase packet: how the passphrase becomes a key, and the session key encrypted with that key, if any. */
type PassphrasePacket = {
  cipher: Cipher
  hash: string
  salt: Uint8Array
  /** Bytes to hash. */
  count: number
  encryptedKey: Uint8Array
}

type Cipher = { name: 'aes128' | 'aes192' | 'aes256'; mode: string; keyBytes: number }

const ciphers: Record<number, Cipher> = {
  7: { name: 'aes128', mode: 'aes-128-cfb', keyBytes: 16 },
  8: { name: 'aes192', mode: 'aes-192-cfb', keyBytes: 24 },
  9: { name: 'aes256', mode: 'aes-256-cfb', keyBytes: 32 },
}
const hashes: Record<number, string> = { 8: 'sha256', 9: 'sha384', 10: 'sha512' }

/** The iterated and salted form. */
const s2kType = 3
const blockBytes = 65_536
/** Bytes hashed before other requests run: about a millisecond. */
const bytesPerTurn = 1_048_576

/**
 * Derives the session key of a message from its passphrase packet.
 *
 * The usual form hashes 16 MiB. OpenPGP.js collects them in memory first, which costs a third more CPU and blocks the
 * event loop; this hashes the same bytes in place and lets other requests run in between.
 *
 * @param body the packet without its header
 * @returns undefined for a rarer form, which OpenPGP.js handles
 * @throws {Error} for most wrong passphrases; a message opened with the others fails its integrity check
 * @example const key = await sessionKeyOf(body, '0x8b35...')
 */
export async function sessionKeyOf(body: Uint8Array, passphrase: string): Promise<SessionKey | undefined> {
  const packet = parsePacket(body)
  if (packet === undefined) return undefined
  const key = await hashPassphrase(packet, passphrase)
  const { cipher, encryptedKey } = packet
  if (encryptedKey.length === 0) return { data: key, algorithm: cipher.name }
  const decipher = createDecipheriv(cipher.mode, key, Buffer.alloc(16))
  const plain = Buffer.concat([decipher.update(encryptedKey), decipher.final()])
  const inner = ciphers[plain[0] ?? 0]
  if (inner === undefined || plain.length !== 1 + inner.keyBytes) throw new Error('The passphrase is wrong.')
  return { data: new Uint8Array(plain.subarray(1)), algorithm: inner.name }
}

/** Parses a packet of version 4 with AES and a hash as long as the key. */
function parsePacket(body: Uint8Array): PassphrasePacket | undefined {
  const [version, cipherId = 0, type, hashId = 0] = body
  const cipher = ciphers[cipherId]
  const hash = hashes[hashId]
  const countByte = body[12]
  if (version !== 4 || type !== s2kType || countByte === undefined) return undefined
  if (cipher === undefined || hash === undefined) return undefined
  return {
    cipher,
    hash,
    salt: body.subarray(4, 12),
    count: (16 + (countByte & 15)) << ((countByte >> 4) + 6),
    encryptedKey: body.subarray(13),
  }
}

async function hashPassphrase(packet: PassphrasePacket, passphrase: string): Promise<Uint8Array> {
  const unit = Buffer.concat([packet.salt, Buffer.from(passphrase)])
  // Salt and passphrase are hashed in full at least once.
  const count = Math.max(packet.count, unit.length)
  const block = Buffer.concat(new Array<Buffer>(Math.ceil(blockBytes / unit.length)).fill(unit))
  const hash = createHash(packet.hash)
  let turnEnds = bytesPerTurn
  for (let done = 0; done < count; done += block.length) {
    hash.update(block.length <= count - done ? block : block.subarray(0, count - done))
    if (done + block.length < turnEnds) continue
    turnEnds += bytesPerTurn
    await nextTurn()
  }
  return new Uint8Array(hash.digest().subarray(0, packet.cipher.keyBytes))
}
