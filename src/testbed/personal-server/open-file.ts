import { openSealedKey } from './ecies.ts'
import { ApiError, messageOf } from './errors.ts'
import { openPgp } from './pgp.ts'
import { decodeUtf8 } from './utf8.ts'

/** A file's record on the chain. */
export type FileRecord = { id: bigint; url: string; sealedKey: string }

/** A decrypted file. */
export type PlainFile = { bytes: Uint8Array; text: string }

/**
 * Downloads and decrypts one file: opens the sealed passphrase, decrypts the file with it, and reads it as strict UTF-8.
 *
 * @throws {ApiError} FILE_ACCESS_ERROR if the error's message contains "download", otherwise DECRYPTION_ERROR: the
 * original's own rule
 * @example await openFile({ id: 1n, url, sealedKey }, privateKey, { download, signal })
 */
export async function openFile(
  file: FileRecord,
  privateKey: Uint8Array,
  { download, signal }: { download: (url: string) => Promise<Uint8Array>; signal: AbortSignal },
): Promise<PlainFile> {
  try {
    const encrypted = await download(file.url)
    const passphrase = openSealedKey(file.sealedKey, privateKey)
    const bytes = await openPgp(encrypted, passphrase)
    return { bytes, text: decodeUtf8(bytes) }
  } catch (cause) {
    signal.throwIfAborted()
    const reason = messageOf(cause)
    if (reason.toLowerCase().includes('download')) {
      throw new ApiError('FILE_ACCESS_ERROR', `Failed to download file from ${file.url}: ${reason}`, {
        cause,
      })
    }
    throw new ApiError('DECRYPTION_ERROR', `Failed to decrypt file ${file.id}: ${reason}`, { cause })
  }
}
