import { decrypt, type Message, readMessage, type SessionKey, SymEncryptedSessionKeyPacket } from 'openpgp'
import { sessionKeyOf } from './pgp-session-key.ts'

const armorHead = '-----BEGIN PGP MESSAGE-----'
/** Packets that an encrypted message begins with: session keys and encrypted data (RFC 4880, 4.3). */
const firstTags = new Set([1, 3, 9, 18, 20])

/**
 * Opens a file that was encrypted with a passphrase, binary or armored, and checks its integrity.
 *
 * @throws {Error} with the message of the `gpg` wrapper in the original
 * @example await openPgp(bytes, '0x8b35...') // the plain bytes, line endings unchanged
 */
export async function openPgp(bytes: Uint8Array, passphrase: string): Promise<Uint8Array> {
  // The original hands the passphrase to gpg as a line.
  if (/[\n\r\0]/.test(passphrase)) throw failure('Invalid passphrase')
  const message = await parse(bytes).catch(() => {
    const begun = firstTags.has(firstTag(bytes))
    throw failure(`Decryption failed: ${begun ? 'decryption failed' : 'no data was provided'}`)
  })
  try {
    const key = await usualSessionKey(message, passphrase)
    const secret = key === undefined ? { passwords: [passphrase] } : { sessionKeys: [key] }
    // Format 'utf8' would turn CRLF into LF.
    const { data } = await decrypt({ message, ...secret, format: 'binary' })
    return data
  } catch {
    throw failure('Decryption failed: decryption failed')
  }
}

function parse(bytes: Uint8Array): Promise<Message<Uint8Array | string>> {
  const armored = Buffer.from(bytes.subarray(0, 512)).toString('latin1').includes(armorHead)
  if (!armored) return readMessage({ binaryMessage: bytes })
  const text = Buffer.from(bytes).toString('latin1')
  return readMessage({ armoredMessage: text.slice(text.indexOf(armorHead)) })
}

/** Tag of the first packet; 0 if the bytes do not begin with a packet. */
function firstTag([first = 0]: Uint8Array): number {
  if ((first & 0x80) === 0) return 0
  return (first & 0x40) === 0 ? (first >> 2) & 0x0f : first & 0x3f
}

/** The session key of a message with one passphrase; undefined for rarer messages, which OpenPGP.js opens. */
async function usualSessionKey(
  message: Message<unknown>,
  passphrase: string,
): Promise<SessionKey | undefined> {
  const [first, ...others] = message.packets
  if (!(first instanceof SymEncryptedSessionKeyPacket) || others.length !== 1) return undefined
  return sessionKeyOf(first.write(), passphrase)
}

const failure = (text: string): Error => new Error(`Failed to decrypt user data: ${text}`)
