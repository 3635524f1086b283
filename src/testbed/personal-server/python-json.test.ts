import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PythonLimitError, parsePythonJson } from './python-json.ts'
import { dumpPythonJson } from './python-json-dump.ts'

// What CPython 3.11's `json.loads` says of each text.
const refused: [text: string, message: string][] = [
  ['', 'Expecting value: line 1 column 1 (char 0)'],
  [' ', 'Expecting value: line 1 column 2 (char 1)'],
  ['{"a":', 'Expecting value: line 1 column 6 (char 5)'],
  ['{"a":}', 'Expecting value: line 1 column 6 (char 5)'],
  ['{"a" 1}', "Expecting ':' delimiter: line 1 column 6 (char 5)"],
  ['{"a"', "Expecting ':' delimiter: line 1 column 5 (char 4)"],
  ['{"a":1,"b"}', "Expecting ':' delimiter: line 1 column 11 (char 10)"],
  ['{a:1}', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
  ['{', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
  ['{,}', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
  ['{"a":1,}', 'Expecting property name enclosed in double quotes: line 1 column 8 (char 7)'],
  ['[1,]', 'Expecting value: line 1 column 4 (char 3)'],
  ['[1,,2]', 'Expecting value: line 1 column 4 (char 3)'],
  ['[', 'Expecting value: line 1 column 2 (char 1)'],
  ['[1 2]', "Expecting ',' delimiter: line 1 column 4 (char 3)"],
  ['{"a":1 "b"}', "Expecting ',' delimiter: line 1 column 8 (char 7)"],
  ['{"a":1', "Expecting ',' delimiter: line 1 column 7 (char 6)"],
  ['"abc', 'Unterminated string starting at: line 1 column 1 (char 0)'],
  ['"\\', 'Unterminated string starting at: line 1 column 1 (char 0)'],
  ['"a\nb"', 'Invalid control character at: line 1 column 3 (char 2)'],
  ['"\\q"', 'Invalid \\escape: line 1 column 2 (char 1)'],
  ['"\\u12"', 'Invalid \\uXXXX escape: line 1 column 3 (char 2)'],
  ['"\\u12g4"', 'Invalid \\uXXXX escape: line 1 column 3 (char 2)'],
  ['"\\u-123"', 'Invalid \\uXXXX escape: line 1 column 3 (char 2)'],
  ['nul', 'Expecting value: line 1 column 1 (char 0)'],
  ['-', 'Expecting value: line 1 column 1 (char 0)'],
  ['+1', 'Expecting value: line 1 column 1 (char 0)'],
  ['.5', 'Expecting value: line 1 column 1 (char 0)'],
  ['\v1', 'Expecting value: line 1 column 1 (char 0)'],
  ['1 2', 'Extra data: line 1 column 3 (char 2)'],
  ['01', 'Extra data: line 1 column 2 (char 1)'],
  ['1.', 'Extra data: line 1 column 2 (char 1)'],
  ['1e', 'Extra data: line 1 column 2 (char 1)'],
  ['1.5.2', 'Extra data: line 1 column 4 (char 3)'],
  ['\ufeff{}', 'Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)'],
]

describe("parsing JSON as Python's json.loads does", () => {
  it.each(refused)('refuses %j with %s', (text, message) => {
    expect(() => parsePythonJson(text)).toThrow(expect.objectContaining({ message }))
  })

  it('counts lines, and code points rather than UTF-16 units', () => {
    expect(() => parsePythonJson('{"😀":\n "😀" x}')).toThrow(
      expect.objectContaining({
        message: "Expecting ',' delimiter: line 2 column 6 (char 11)",
        position: 11,
      }),
    )
  })

  it.each([
    ['1', 1n],
    ['-0', 0n],
    ['1.0', 1],
    ['1e2', 100],
    ['1e999', Number.POSITIVE_INFINITY],
    ['NaN', Number.NaN],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['115792089237316195423570985008687907853269984665640564039457584007913129639936', 2n ** 256n],
    ['\t[1]\n', [1n]],
    ['"\\ud83d\\ude00"', '😀'],
    ['"\\ud83dx"', '\ud83dx'],
    [
      '{"a":1,"b":2,"a":3}',
      new Map([
        ['a', 3n],
        ['b', 2n],
      ]),
    ],
  ])('reads %s', (text, value) => {
    expect(parsePythonJson(text)).toEqual(value)
  })

  it('refuses what is nested deeper than the recursion limit, without overflowing the stack', () => {
    expect(() => parsePythonJson('['.repeat(100_000))).toThrow(PythonLimitError)
    expect(parsePythonJson('['.repeat(900) + ']'.repeat(900))).toBeInstanceOf(Array)
  })

  it('refuses an integer of more than 4300 digits', () => {
    expect(() => parsePythonJson('1'.repeat(4301))).toThrow(PythonLimitError)
    expect(parsePythonJson(`-${'1'.repeat(4300)}`)).toBe(-BigInt('1'.repeat(4300)))
  })

  it('agrees with JSON.parse on what both accept', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(dumpPythonJson(parsePythonJson(text)))).toEqual(JSON.parse(text))
        expect(JSON.parse(dumpPythonJson(parsePythonJson(text), 'compact'))).toEqual(JSON.parse(text))
      }),
    )
  })
})

describe("writing JSON as Python's json.dumps does", () => {
  it('puts blanks after commas and colons, escapes all but ASCII, keeps floats apart from integers', () => {
    const value = parsePythonJson('{"é":[1,1.0,1e16,true,null,"\\u007f😀\\"\\\\\\n"],"b":{}}')
    expect(dumpPythonJson(value)).toBe(
      '{"\\u00e9": [1, 1.0, 1e+16, true, null, "\\u007f\\ud83d\\ude00\\"\\\\\\n"], "b": {}}',
    )
  })

  it('writes what JSON has no word for in Python’s spelling', () => {
    expect(dumpPythonJson([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).toBe(
      '[NaN, Infinity, -Infinity]',
    )
  })
})
