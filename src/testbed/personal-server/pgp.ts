import { decrypt, readMessage } from 'openpgp'
import { pgpPackets } from './pgp-packets.ts'

const sessionKeyTags = new Set([1, 3])
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
  if (first === undefined || !(sessionKeyTags.has(first.tag) || encryptedDataTags.has(first.tag))) {
    throw failure('Decryption failed: no data was provided')
  }
  const dataIndex = packets.findIndex((packet) => encryptedDataTags.has(packet.tag))
  const dataPacket = packets[dataIndex]
  // A session key with nothing behind it: gpg asks for the passphrase and then finds no data.
  if (dataPacket === undefined) throw failure('Decryption failed: no data was provided')
  const message = bytes.subarray(0, dataPacket.end ?? bytes.length)
  try {
    return await decryptMessage(await readMessage({ binaryMessage: message }), passphrase)
  } catch {
    throw failure('Decryption failed: decryption failed')
  }
}

async function openArmored(bytes: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const text = Buffer.from(bytes).toString('latin1')
  const message = await readMessage({ armoredMessage: text.slice(text.indexOf(armorHead)) }).catch(() => {
    throw failure('Decryption failed: no data was provided')
  })
  return decryptMessage(message, passphrase).catch(() => {
    throw failure('Decryption failed: decryption failed')
  })
}

async function decryptMessage(
  message: Awaited<ReturnType<typeof readMessage>>,
  passphrase: string,
): Promise<Uint8Array> {
  // Format 'utf8' would turn CRLF into LF.
  const { data } = await decrypt({ message, passwords: [passphrase], format: 'binary' })
  return data
}

const failure = (text: string): Error => new Error(`Failed to decrypt user data: ${text}`)
