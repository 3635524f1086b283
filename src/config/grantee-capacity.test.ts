import fc from 'fast-check'
import { expect, test } from 'vitest'
import { forecastGrantees, safePermissions } from './grantee-capacity.ts'

test('a run that stays well below what can be read needs no word', () => {
  expect(forecastGrantees(10_000, 1, 0)).toBeUndefined()
  expect(forecastGrantees(12_500, 2, 3_000)).toBeUndefined()
})

test('warns of a run of the size of the burst preset, with the sum and the remedy', () => {
  expect(forecastGrantees(12_500, 1, 0)).toBe(
    '12,500 users / 1 grantee = 12,500 permissions each. Personal servers stop to read a grantee near 12,500, ' +
      'and its flows fail from there on. --grantees 2 is safe.',
  )
  expect(forecastGrantees(9_000, 3, 9_000)).toContain(
    '3,000 permissions each, after the 9,000 that the fullest holds: 12,000.',
  )
  expect(forecastGrantees(10, 1, 12_000)).toContain('Use fresh grantees.')
})

test('suggests a remedy that works', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.nat(safePermissions - 1), (users, held) => {
      const way = /--grantees (\d+) is safe/.exec(forecastGrantees(users, 1, held) ?? '')?.[1]
      if (way !== undefined) expect(forecastGrantees(users, Number(way), held)).toBeUndefined()
    }),
  )
})
