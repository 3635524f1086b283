import type { PythonDict, PythonValue } from './python-value.ts'

/** Text that Python's `json.loads` refuses. `message` is the exception's text; `reason` and `position` are its parts. */
export class PythonJsonError extends Error {
  override readonly name = 'PythonJsonError'
  readonly reason: string
  /** Where, in code points. */
  readonly position: number

  constructor(reason: string, text: string, index: number) {
    let position = 0
    let line = 1
    let lineStart = 0
    // Without a copy of what may be a large text.
    for (let at = 0; at < index; position++) {
      if (text[at] === '\n') {
        line++
        lineStart = position + 1
      }
      at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
    }
    super(`${reason}: line ${line} column ${position - lineStart + 1} (char ${position})`)
    this.reason = reason
    this.position = position
  }
}

/** Text that Python refuses with another error than `JSONDecodeError`: nested too deep, or a number too long. */
export class PythonLimitError extends Error {
  override readonly name = 'PythonLimitError'
}

/** Python's recursion limit is 1,000 frames, of which the web framework holds some. */
const maxDepth = 950
/** `sys.get_int_max_str_digits()`. */
const maxIntegerDigits = 4300

const numberPattern = /(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?/y
const constants: [string, PythonValue][] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]
const escapes: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/**
 * Parses JSON as Python's `json.loads` does: integers of any size, floats apart from integers, `NaN` and `Infinity`
 * allowed, the last of equal keys wins, and the same error texts and positions (compared with CPython 3.11).
 *
 * @throws {PythonJsonError} when the text is not JSON
 * @throws {PythonLimitError} when it is nested too deep or holds too long an integer
 * @example parsePythonJson('{"a":1.0}') // Map { 'a' => 1 }, where 1 stands for the float
 */
export function parsePythonJson(text: string): PythonValue {
  if (text.startsWith('\ufeff')) {
    throw new PythonJsonError('Unexpected UTF-8 BOM (decode using utf-8-sig)', text, 0)
  }
  return parseDecodedJson(text)
}

/** The same for a text that came as bytes, in which Python has looked for a byte order mark already. */
export function parseDecodedJson(text: string): PythonValue {
  const cursor: Cursor = { text, index: 0 }
  skipSpace(cursor)
  const value = readValue(cursor, 0)
  skipSpace(cursor)
  if (cursor.index < text.length) throw fail(cursor, 'Extra data')
  return value
}

type Cursor = { readonly text: string; index: number }

const fail = (cursor: Cursor, reason: string, index = cursor.index): PythonJsonError =>
  new PythonJsonError(reason, cursor.text, index)

function skipSpace(cursor: Cursor): void {
  while (' \t\n\r'.includes(cursor.text[cursor.index] ?? 'end')) cursor.index++
}

function readValue(cursor: Cursor, depth: number): PythonValue {
  if (depth > maxDepth)
    throw new PythonLimitError('maximum recursion depth exceeded while decoding a JSON value')
  const { text, index } = cursor
  const first = text[index]
  if (first === '"') return readText(cursor)
  if (first === '{') return readDict(cursor, depth)
  if (first === '[') return readList(cursor, depth)
  for (const [word, value] of constants) {
    if (text.startsWith(word, index)) {
      cursor.index += word.length
      return value
    }
  }
  return readNumber(cursor)
}

function readNumber(cursor: Cursor): PythonValue {
  numberPattern.lastIndex = cursor.index
  const match = numberPattern.exec(cursor.text)
  if (match === null) throw fail(cursor, 'Expecting value')
  const [all, integer = '', fraction, exponent] = match
  cursor.index += all.length
  if (fraction !== undefined || exponent !== undefined) return Number(all)
  const digits = integer.replace('-', '').length
  if (digits > maxIntegerDigits) {
    throw new PythonLimitError(
      `Exceeds the limit (${maxIntegerDigits} digits) for integer string conversion: value has ${digits} digits; ` +
        'use sys.set_int_max_str_digits() to increase the limit',
    )
  }
  return BigInt(integer)
}

function readList(cursor: Cursor, depth: number): PythonValue[] {
  const list: PythonValue[] = []
  cursor.index++
  skipSpace(cursor)
  if (cursor.text[cursor.index] === ']') {
    cursor.index++
    return list
  }
  for (;;) {
    list.push(readValue(cursor, depth + 1))
    skipSpace(cursor)
    const next = cursor.text[cursor.index]
    if (next !== ',' && next !== ']') throw fail(cursor, "Expecting ',' delimiter")
    cursor.index++
    if (next === ']') return list
    skipSpace(cursor)
  }
}

function readDict(cursor: Cursor, depth: number): PythonDict {
  const dict: PythonDict = new Map()
  cursor.index++
  skipSpace(cursor)
  if (cursor.text[cursor.index] === '}') {
    cursor.index++
    return dict
  }
  for (;;) {
    if (cursor.text[cursor.index] !== '"') {
      throw fail(cursor, 'Expecting property name enclosed in double quotes')
    }
    const key = readText(cursor)
    skipSpace(cursor)
    if (cursor.text[cursor.index] !== ':') throw fail(cursor, "Expecting ':' delimiter")
    cursor.index++
    skipSpace(cursor)
    dict.set(key, readValue(cursor, depth + 1))
    skipSpace(cursor)
    const next = cursor.text[cursor.index]
    if (next !== ',' && next !== '}') throw fail(cursor, "Expecting ',' delimiter")
    cursor.index++
    if (next === '}') return dict
    skipSpace(cursor)
  }
}

function readText(cursor: Cursor): string {
  const { text } = cursor
  const start = cursor.index
  let result = ''
  let plainFrom = start + 1
  for (let index = start + 1; ; index++) {
    const character = text[index]
    if (character === undefined) throw fail(cursor, 'Unterminated string starting at', start)
    if (character === '"') {
      cursor.index = index + 1
      return result + text.slice(plainFrom, index)
    }
    if (character < ' ') throw fail(cursor, 'Invalid control character at', index)
    if (character !== '\\') continue
    result += text.slice(plainFrom, index)
    const letter = text[index + 1]
    if (letter === undefined) throw fail(cursor, 'Unterminated string starting at', start)
    if (letter === 'u') {
      const hex = text.slice(index + 2, index + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw fail(cursor, 'Invalid \\uXXXX escape', index + 1)
      result += String.fromCharCode(Number.parseInt(hex, 16))
      index += 5
    } else {
      const meaning = escapes[letter]
      if (meaning === undefined) throw fail(cursor, 'Invalid \\escape', index)
      result += meaning
      index += 1
    }
    plainFrom = index + 1
  }
}
