import { parseDecodedJson } from './python-json.ts'
import { decodeUtf8, PythonDecodeError } from './python-utf8.ts'
import type { PythonValue } from './python-value.ts'

/**
 * Parses JSON as Python's `json.loads` does when it is given bytes: UTF-8, -16 or -32, told apart by a byte order mark or
 * by where the zeros are; halves of surrogate pairs pass.
 *
 * @throws {PythonDecodeError} when the bytes are no text
 * @throws {PythonJsonError} when the text is not JSON
 * @throws {PythonLimitError} when it is nested too deep or holds too long an integer
 * @example parsePythonJsonBytes(Buffer.from('\ufeff{}')) // Map {}
 */
export function parsePythonJsonBytes(bytes: Uint8Array): PythonValue {
  const { encoding, markBytes } = detect(bytes)
  const marked = bytes.subarray(markBytes)
  if (encoding === 'utf-8') return parseDecodedJson(decodeSurrogatePass(marked))
  const unitBytes = encoding.startsWith('utf-16') ? 2 : 4
  if (marked.length % unitBytes !== 0) throw new PythonDecodeError(`'${encoding}' codec: truncated data`)
  return parseDecodedJson(decodeUnits(marked, unitBytes, encoding.endsWith('le')))
}

type Encoding = 'utf-8' | 'utf-16-le' | 'utf-16-be' | 'utf-32-le' | 'utf-32-be'

/** `json.detect_encoding`; a byte order mark is not part of the text. */
function detect(bytes: Uint8Array): { encoding: Encoding; markBytes: number } {
  const [a, b, c, d] = bytes
  const marked = (encoding: Encoding, markBytes: number) => ({ encoding, markBytes })
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return marked('utf-32-be', 4)
  if (a === 0xff && b === 0xfe && c === 0 && d === 0) return marked('utf-32-le', 4)
  if (a === 0xfe && b === 0xff) return marked('utf-16-be', 2)
  if (a === 0xff && b === 0xfe) return marked('utf-16-le', 2)
  if (a === 0xef && b === 0xbb && c === 0xbf) return marked('utf-8', 3)
  if (bytes.length === 2 || bytes.length >= 4) {
    if (a === 0) return marked(bytes.length > 2 && b === 0 ? 'utf-32-be' : 'utf-16-be', 0)
    if (b === 0) return marked(bytes.length > 2 && c === 0 && d === 0 ? 'utf-32-le' : 'utf-16-le', 0)
  }
  return marked('utf-8', 0)
}

/** UTF-8 in which a surrogate may stand alone, in the three bytes that it would have as a character. */
function decodeSurrogatePass(bytes: Uint8Array): string {
  let text = ''
  let start = 0
  for (let at = bytes.indexOf(0xed); at !== -1; at = bytes.indexOf(0xed, at + 1)) {
    const [, second = 0, third = 0] = bytes.subarray(at, at + 3)
    if (second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) continue
    const surrogate = String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f))
    text += decodeUtf8(bytes.subarray(start, at)) + surrogate
    start = at + 3
  }
  return text + decodeUtf8(bytes.subarray(start))
}

function decodeUnits(bytes: Uint8Array, unitBytes: 2 | 4, littleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const units: string[] = []
  for (let offset = 0; offset < bytes.length; offset += unitBytes) {
    const unit = unitBytes === 2 ? view.getUint16(offset, littleEndian) : view.getUint32(offset, littleEndian)
    if (unit > 0x10ffff) throw new PythonDecodeError("'utf-32' codec: code point not in range(0x110000)")
    units.push(unitBytes === 2 ? String.fromCharCode(unit) : String.fromCodePoint(unit))
  }
  return units.join('')
}
