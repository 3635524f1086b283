import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkBucketName, checkObjectName, compareNames } from './names.ts'

test('names are ordered as their UTF-8 bytes are', () => {
  const name = fc.string({
    unit: fc.oneof(
      fc.constantFrom('a', 'é', '\uffff', '\ue000', '😀', '𝒳'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 6,
  })
  fc.assert(
    fc.property(name, name, (a, b) => {
      expect(Math.sign(compareNames(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
    { numRuns: 2000 },
  )
})

test.each(['abc', 'a-b_c.d', '0.1.2', 'x'.repeat(63)])('%s may be a bucket', (name) => {
  expect(() => checkBucketName(name)).not.toThrow()
})

test.each([
  '',
  'ab',
  'Abc',
  '-abc',
  'abc-',
  'a..b',
  'a/b',
  'a b',
  'x'.repeat(64),
  '../etc',
  `${'x'.repeat(64)}.y`,
])('%s may not', (name) => {
  expect(() => checkBucketName(name)).toThrow(expect.objectContaining({ status: 400 }))
})

test('an object may have any name of 1 to 1024 bytes but a few', () => {
  for (const name of ['x', '../..', 'a/../b', '...', ' ', '\0', 'x'.repeat(1024), 'é'.repeat(512)]) {
    expect(() => checkObjectName(name)).not.toThrow()
  }
  for (const name of [
    '',
    '.',
    '..',
    'a\nb',
    'a\rb',
    '\ud800',
    'x'.repeat(1025),
    'é'.repeat(513),
    '.well-known/acme-challenge/x',
  ]) {
    expect(() => checkObjectName(name)).toThrow(expect.objectContaining({ status: 400 }))
  }
})
