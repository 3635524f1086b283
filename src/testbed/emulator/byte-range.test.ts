import fc from 'fast-check'
import { expect, it } from 'vitest'
import { byteRange } from './byte-range.ts'

it.each([
  ['bytes=0-4', { start: 0, end: 4 }],
  ['bytes=5-', { start: 5, end: 9 }],
  ['bytes=-3', { start: 7, end: 9 }],
  ['bytes=-30', { start: 0, end: 9 }],
  ['bytes=8-30', { start: 8, end: 9 }],
])('parses %s for ten bytes', (header, expected) => {
  expect(byteRange(header, 10)).toEqual(expected)
})

it.each([undefined, '', 'bytes=-', 'bytes=4-2', 'bytes=1-2,4-5', 'bytes=a-b', 'lines=1-2'])(
  'sends everything for %s',
  (header) => {
    expect(byteRange(header, 10)).toBeUndefined()
  },
)

it.each(['bytes=10-', 'bytes=10-20', 'bytes=-0'])('refuses %s', (header) => {
  expect(() => byteRange(header, 10)).toThrow(expect.objectContaining({ status: 416 }))
})

it('never exceeds the body', () => {
  const bound = fc.option(fc.nat(40), { nil: '' })
  fc.assert(
    fc.property(fc.nat(30), bound, bound, (size, first, last) => {
      let range: { start: number; end: number } | undefined
      try {
        range = byteRange(`bytes=${first}-${last}`, size)
      } catch {
        return
      }
      if (range === undefined) return
      expect(range.start).toBeGreaterThanOrEqual(0)
      expect(range.end).toBeGreaterThanOrEqual(range.start)
      expect(range.end).toBeLessThan(size)
    }),
  )
})
