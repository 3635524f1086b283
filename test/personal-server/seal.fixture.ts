import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { createMessage, encrypt } from 'openpgp'

const secp256k1 = createRequire(import.meta.url)('secp256k1')

/**
 * Seals a text for a server like the Vana SDK. Returns lower-case hex without a prefix.
 *
 * @param change changes the ciphertext before it is authenticated
 */
export function seal(
  text: string | Uint8Array,
  serverPublicKey: string,
  change: (ciphertext: Buffer) => Buffer = (ciphertext) => ciphertext,
): string {
  const ephemeral = randomBytes(32)
  const publicKey = Buffer.from(serverPublicKey.slice(2), 'hex')
  const shared = secp256k1.ecdh(publicKey, ephemeral, { hashfn: (x: Uint8Array) => x }, new Uint8Array(32))
  const keys = createHash('sha512').update(shared).digest()
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', keys.subarray(0, 32), iv)
  const body = Buffer.concat([
    iv,
    secp256k1.publicKeyCreate(ephemeral, false),
    change(Buffer.concat([cipher.update(text), cipher.final()])),
  ])
  return Buffer.concat([body, createHmac('sha256', keys.subarray(32)).update(body).digest()]).toString('hex')
}

/** Encrypts bytes with a passphrase like the Vana SDK. */
export async function encryptPgp(plain: Uint8Array | string, passphrase: string): Promise<Uint8Array> {
  const message = await createMessage({ binary: Buffer.from(plain) })
  return encrypt({ message, passwords: [passphrase], format: 'binary' })
}
