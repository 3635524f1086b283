/** Bytes that Python's strict UTF-8 codec refuses; the message is Python's. */
export class PythonDecodeError extends Error {
  override readonly name = 'PythonDecodeError'
}

/**
 * Tells whether a text has half of a surrogate pair, which UTF-8 cannot hold.
 *
 * @example hasHalfPair('\ud83d') // true, where the whole '\ud83d\ude00' is fine
 */
export const hasHalfPair = (text: string): boolean => /\p{Surrogate}/u.test(text)

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes UTF-8 strictly, keeping a byte order mark and every line ending as they are.
 *
 * @throws {PythonDecodeError} with Python's text for the first fault
 * @example decodeUtf8(Uint8Array.of(0xff)) // throws "'utf-8' codec can't decode byte 0xff in position 0: ..."
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new PythonDecodeError(describeFault(bytes))
  }
}

/** Finds the first fault and describes it in CPython's words. */
function describeFault(bytes: Uint8Array): string {
  let position = 0
  while (position < bytes.length) {
    const lead = bytes[position] ?? 0
    const [length, secondMin, secondMax] = sequenceOf(lead)
    if (length === 0) return faultText(bytes, position, 1, 'invalid start byte')
    for (let offset = 1; offset < length; offset++) {
      const byte = bytes[position + offset]
      if (byte === undefined) return faultText(bytes, position, offset, 'unexpected end of data')
      const [min, max] = offset === 1 ? [secondMin, secondMax] : [0x80, 0xbf]
      if (byte < min || byte > max) return faultText(bytes, position, offset, 'invalid continuation byte')
    }
    position += length
  }
  return "'utf-8' codec can't decode bytes"
}

/** Length of the sequence that a byte starts (0: none), and the range allowed for its second byte. */
function sequenceOf(lead: number): [length: number, secondMin: number, secondMax: number] {
  if (lead < 0x80) return [1, 0, 0]
  if (lead < 0xc2 || lead > 0xf4) return [0, 0, 0]
  if (lead < 0xe0) return [2, 0x80, 0xbf]
  if (lead < 0xf0) return [3, lead === 0xe0 ? 0xa0 : 0x80, lead === 0xed ? 0x9f : 0xbf]
  return [4, lead === 0xf0 ? 0x90 : 0x80, lead === 0xf4 ? 0x8f : 0xbf]
}

function faultText(bytes: Uint8Array, start: number, length: number, reason: string): string {
  const where =
    length === 1
      ? `byte 0x${(bytes[start] ?? 0).toString(16).padStart(2, '0')} in position ${start}`
      : `bytes in position ${start}-${start + length - 1}`
  return `'utf-8' codec can't decode ${where}: ${reason}`
}
