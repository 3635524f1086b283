import { createHash } from 'node:crypto'
import * as openpgp from 'openpgp'

/** OpenPGP.js's object that turns a passphrase into a key (RFC 9580, section 3.7), as far as it is used here. */
type StringToKey = {
  type: string
  algorithm: number
  salt: Uint8Array
  getCount(): number
  produceKey: ProduceKey
}
type ProduceKey = (
  this: StringToKey,
  passphrase: string,
  keyBytes: number,
  config?: unknown,
) => Promise<Uint8Array>

/** Large enough that the number of calls does not matter, small enough for a core's cache. */
const pieceBytes = 64 * 1024

/**
 * Makes OpenPGP.js in this thread hash salt and passphrase piece by piece when it derives a key. Its default writes all
 * 16 MiB of the format into one array for every file: that costs a quarter more CPU than the hash, and as much again in
 * garbage collection and memory traffic. The keys are the same.
 *
 * @returns false if a later version of OpenPGP.js derives its keys in another way
 */
export async function deriveKeysInPieces(): Promise<boolean> {
  const prototype = await stringToKeyPrototype()
  const original = prototype?.produceKey
  if (prototype === undefined || original === undefined) return false
  prototype.produceKey = async function (passphrase, keyBytes, config) {
    const isKnown = this.type === 'iterated' && this.algorithm === openpgp.enums.hash.sha256
    return isKnown
      ? iteratedSha256(passphrase, { salt: this.salt, count: this.getCount(), keyBytes })
      : original.call(this, passphrase, keyBytes, config)
  }
  return true
}

/** OpenPGP.js does not export the class, but a packet encrypted with a passphrase has an instance. */
async function stringToKeyPrototype(): Promise<StringToKey | undefined> {
  const packet = new openpgp.SymEncryptedSessionKeyPacket() as unknown as {
    sessionKeyAlgorithm: number
    encrypt(passphrase: string, config: unknown): Promise<void>
    s2k?: StringToKey
  }
  packet.sessionKeyAlgorithm = openpgp.enums.symmetric.aes256
  await packet.encrypt('', { ...openpgp.config, s2kIterationCountByte: 0 })
  const { s2k } = packet
  return s2k?.type === 'iterated' && typeof s2k.getCount === 'function'
    ? Object.getPrototypeOf(s2k)
    : undefined
}

function iteratedSha256(
  passphrase: string,
  { salt, count, keyBytes }: { salt: Uint8Array; count: number; keyBytes: number },
): Uint8Array {
  const unit = Buffer.concat([salt, Buffer.from(passphrase)])
  const piece = Buffer.alloc(Math.ceil(pieceBytes / unit.length) * unit.length, unit)
  const key = Buffer.alloc(Math.ceil(keyBytes / 32) * 32)
  for (let at = 0; at < keyBytes; at += 32) {
    // A key longer than one hash continues with further hashes, each with one more zero in front.
    const hash = createHash('sha256').update(Buffer.alloc(at / 32))
    let left = Math.max(count, unit.length)
    for (; left > piece.length; left -= piece.length) hash.update(piece)
    hash.update(piece.subarray(0, left)).digest().copy(key, at)
  }
  return new Uint8Array(key.subarray(0, keyBytes))
}
