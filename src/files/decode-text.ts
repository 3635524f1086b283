/** The text of a file, or why it cannot be read: the end of a sentence such as "the config file x can't be read: ...". */
export type TextFile =
  | { text: string; problem?: undefined }
  | { text?: undefined; problem: string; isMissing: boolean }

/**
 * Decodes the bytes of a text file: UTF-8, with or without a byte order mark, or UTF-16 with one, as editors and shells
 * of Windows write it. Reports anything else as a problem instead of returning text with replacement characters.
 *
 * @example decodeText(Buffer.from([0xef, 0xbb, 0xbf, 0x61])) // { text: 'a' }
 */
export function decodeText(bytes: Uint8Array): TextFile {
  const encoding = encodingOf(bytes)
  let text: string
  try {
    // The decoder takes the byte order mark off.
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    const name = encoding === 'utf-8' ? 'UTF-8' : 'UTF-16'
    return { problem: `it is not ${name} text; save it as UTF-8`, isMissing: false }
  }
  if (!text.includes('\0')) return { text }
  return {
    problem: 'it is either not text or UTF-16 without a byte order mark; save it as UTF-8',
    isMissing: false,
  }
}

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return 'utf-8'
}
