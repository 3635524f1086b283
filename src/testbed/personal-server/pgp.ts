import { decrypt, readMessage, type SessionKey } from 'openpgp'
import { pgpPackets } from './pgp-packets.ts'
import { sessionKeyOf } from './pgp-session-key.ts'

const passphraseTag = 3
const sessionKeyTags = new Set([1, passphraseTag])
const encryptedDataTags = new Set([9, 18, 20])
const armorHead = '-----BEGIN PGP MESSAGE-----'

/**
 * Opens a file that was encrypted to a passphrase, as the `gpg` program does: binary or armored, with integrity checked,
 * bytes after the message ignored.
 *
 * @throws {Error} with the text that the original's wrapper of `gpg` gives
 * @example await openPgp(bytes, '0x8b35...') // the plain bytes, line endings as they were
 */
export async function openPgp(bytes: Uint8Array, passphrase: string): Promise<Uint8Array> {
  // The passphrase goes to gpg as a line.
  if (/[\n\r\0]/.test(passphrase)) throw failure('Invalid passphrase')
  const armored = Buffer.from(bytes.subarray(0, 512)).toString('latin1').includes(armorHead)
  if (armored) return openArmored(bytes, passphrase)
  const packets = pgpPackets(bytes)
  const [first] = packets
  const data = packets.find((packet) => encryptedDataTags.has(packet.tag))
  if (first === undefined || !(sessionKeyTags.has(first.tag) || data === first)) {
    throw failure('Decryption failed: no data was provided')
  }
  if (data === undefined) {
    const cut = packets.length === 1 && (first.end ?? 0) >= bytes.length
    throw failure(`Decryption failed: ${cut ? 'need symmetric passphrase' : 'no data was provided'}`)
  }
  try {
    const message = await readMessage({ binaryMessage: bytes.subarray(0, data.end ?? bytes.length) })
    const usual = first.tag === passphraseTag && packets.indexOf(data) === 1
    const key = usual
      ? await sessionKeyOf(bytes.subarray(first.start, first.end ?? 0), passphrase)
      : undefined
    return await decryptMessage(
      message,
      key === undefined ? { passwords: [passphrase] } : { sessionKeys: [key] },
    )
  } catch {
    throw failure('Decryption failed: decryption failed')
  }
}

async function openArmored(bytes: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const text = Buffer.from(bytes).toString('latin1')
  const message = await readMessage({ armoredMessage: text.slice(text.indexOf(armorHead)) }).catch(() => {
    throw failure('Decryption failed: no data was provided')
  })
  return decryptMessage(message, { passwords: [passphrase] }).catch(() => {
    throw failure('Decryption failed: decryption failed')
  })
}

async function decryptMessage(
  message: Awaited<ReturnType<typeof readMessage>>,
  secret: { passwords: string[] } | { sessionKeys: SessionKey[] },
): Promise<Uint8Array> {
  // Format 'utf8' would turn CRLF into LF.
  const { data } = await decrypt({ message, ...secret, format: 'binary' })
  return data
}

const failure = (text: string): Error => new Error(`Failed to decrypt user data: ${text}`)
