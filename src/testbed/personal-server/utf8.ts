const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes UTF-8 strictly. Byte order marks and line endings stay as they are.
 *
 * @throws {Error} for bytes that are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new Error("'utf-8' codec can't decode the bytes")
  }
}
