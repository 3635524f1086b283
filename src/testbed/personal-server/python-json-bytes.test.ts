import { describe, expect, it } from 'vitest'
import { parsePythonJsonBytes } from './python-json-bytes.ts'

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()
const utf32 = (text: string, write: 'writeUInt32LE' | 'writeUInt32BE'): Buffer =>
  Buffer.concat(
    [...text].map((character) => {
      const unit = Buffer.alloc(4)
      unit[write](character.codePointAt(0) ?? 0)
      return unit
    }),
  )

// As CPython 3.11 reads them.
describe('JSON in bytes', () => {
  const text = '["é😀"]'
  it.each<[string, Buffer]>([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16, little end first', Buffer.from(text, 'utf16le')],
    ['UTF-16, little end first, with a mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big end first', utf16be(text)],
    ['UTF-16, big end first, with a mark', utf16be(`\ufeff${text}`)],
    ['UTF-32, little end first', utf32(text, 'writeUInt32LE')],
    ['UTF-32, little end first, with a mark', utf32(`\ufeff${text}`, 'writeUInt32LE')],
    ['UTF-32, big end first', utf32(text, 'writeUInt32BE')],
    ['UTF-32, big end first, with a mark', utf32(`\ufeff${text}`, 'writeUInt32BE')],
  ])('are read in %s', (_name, bytes) => {
    expect(parsePythonJsonBytes(bytes)).toEqual(['é😀'])
  })

  it.each<[Buffer, unknown]>([
    [Buffer.from('5\0'), 5n],
    [Buffer.from('\x005'), 5n],
    [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), '\ud800'],
    [Buffer.from('"\\ud800"'), '\ud800'],
    [Buffer.from('"\ud7ff"'), '\ud7ff'],
  ])('that spell a number or half a surrogate pair pass: case %#', (bytes, value) => {
    expect(parsePythonJsonBytes(bytes)).toBe(value)
  })

  it.each<[string, Buffer, string]>([
    ['a mark twice', Buffer.from('\ufeff\ufeff{}'), 'Expecting value: line 1 column 1 (char 0)'],
    ['a bad byte', Buffer.from([0x22, 0xff, 0x22]), "'utf-8' codec can't decode byte 0xff in position 1"],
    ['half a unit', Buffer.from('{\0}'), 'Expecting property name'],
    ['half a last unit', Buffer.from('{\0}\0 '), 'truncated data'],
    ['a code point past the last', Buffer.from([0x22, 0, 0, 0, 0, 0, 0x11, 0]), 'not in range'],
    ['nothing', Buffer.alloc(0), 'Expecting value: line 1 column 1 (char 0)'],
  ])('are refused for %s', (_name, bytes, reason) => {
    expect(() => parsePythonJsonBytes(bytes)).toThrow(reason)
  })
})
