import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DataSize, dataSizes, makeUserData } from './user-data.ts'

const sizes = fc.constantFrom(...(Object.keys(dataSizes) as DataSize[]))
const inputs = fc.record({ seed: fc.string(), index: fc.nat(), size: sizes })

test('a file is JSON of its size class within 5 %, and the same for the same seed, index and size', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const file = makeUserData(input)
      expect(Math.abs(file.length / dataSizes[input.size] - 1)).toBeLessThan(0.05)
      expect(Object.keys(JSON.parse(Buffer.from(file).toString()))).toEqual(
        expect.arrayContaining(['profile', 'preferences', 'activity', 'purchases']),
      )
      expect(Buffer.compare(makeUserData(input), file)).toBe(0)
    }),
    { numRuns: 50 },
  )
})

test('users have files of their own, and so have seeds', () => {
  const file = (seed: string, index: number) =>
    Buffer.from(makeUserData({ seed, index, size: 'medium' })).toString()
  expect(new Set([file('a', 0), file('a', 1), file('b', 0), file('b', 1)]).size).toBe(4)
})
