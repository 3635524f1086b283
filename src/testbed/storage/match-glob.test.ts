import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchGlob } from './match-glob.ts'

test.each([
  ['*.txt', 'a.txt', true],
  ['*.txt', 'a/b.txt', false],
  ['**.txt', 'a/b.txt', true],
  ['a/**/z', 'a/b/c/z', true],
  ['a/*/z', 'a/b/c/z', false],
  ['?', '😀', true],
  ['a?c', 'a/c', false],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[^a-c]x', 'dx', true],
  ['{a,b{1,2}}.j', 'b2.j', true],
  ['{a,b{1,2}}.j', 'b3.j', false],
  ['{,x}y', 'y', true],
  ['\\*\\{', '*{', true],
  ['\\*', 'a', false],
  ['', '', true],
])('%j on %j is %s', (pattern, name, expected) => {
  expect(matchGlob(pattern)(name)).toBe(expected)
})

test.each(['{a', '[a', 'a\\', `${'{a,b}'.repeat(12)}`, 'x'.repeat(1025)])('%j is refused', (pattern) => {
  expect(() => matchGlob(pattern)).toThrow()
})

test('stars take anything, or anything but slashes', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 })
  fc.assert(
    fc.property(text, text, text, (before, between, after) => {
      const name = before + between + after
      expect(matchGlob(`${before}**${after}`)(name)).toBe(true)
      const inOneFolder = new RegExp(`^${before}[^/]*${after}$`).test(name)
      expect(matchGlob(`${before}*${after}`)(name)).toBe(inOneFolder)
    }),
  )
})

test('no pattern makes a listing slow', () => {
  const name = 'a'.repeat(1000)
  expect(matchGlob(`${'*a'.repeat(500)}b`)(name)).toBe(false)
})
