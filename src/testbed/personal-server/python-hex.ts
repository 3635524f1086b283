/** Text that Python's `bytes.fromhex` refuses; the message is Python's. */
export class PythonHexError extends Error {
  override readonly name = 'PythonHexError'
}

const isSpace = (character: string | undefined): boolean =>
  character !== undefined && /[ \t\n\v\f\r]/.test(character)
const isDigit = (character: string | undefined): boolean =>
  character !== undefined && /[0-9a-fA-F]/.test(character)

/**
 * Reads hex as Python's `bytes.fromhex` does: ASCII white space is allowed between bytes, a prefix is not.
 *
 * @throws {PythonHexError} naming the position of the first character that is not a digit
 * @example bytesFromHex('ab cd') // Buffer <ab cd>
 */
export function bytesFromHex(text: string): Buffer {
  if (/^(?:[0-9a-fA-F]{2})*$/.test(text)) return Buffer.from(text, 'hex')
  let digits = ''
  let index = 0
  while (index < text.length) {
    if (isSpace(text[index])) {
      index++
      continue
    }
    for (const at of [index, index + 1]) {
      if (!isDigit(text[at])) {
        throw new PythonHexError(`non-hexadecimal number found in fromhex() arg at position ${at}`)
      }
    }
    digits += text.slice(index, index + 2)
    index += 2
  }
  return Buffer.from(digits, 'hex')
}
