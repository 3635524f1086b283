import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { floatRepr, pythonRepr, pythonStr } from './python-repr.ts'

describe("spelling values as Python's repr does", () => {
  // Left and right of each boundary, as CPython 3.11 writes them.
  it.each([
    [0.1, '0.1'],
    [1, '1.0'],
    [1e15, '1000000000000000.0'],
    [9999999999999998, '9999999999999998.0'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e21, '1e+21'],
    [1.5e300, '1.5e+300'],
    [0.0001, '0.0001'],
    [0.00012345, '0.00012345'],
    [0.00001, '1e-05'],
    [1e-7, '1e-07'],
    [5e-324, '5e-324'],
    [-2.5, '-2.5'],
    [-0.05, '-0.05'],
    [-0, '-0.0'],
    [9007199254740992, '9007199254740992.0'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [Number.NaN, 'nan'],
  ])('spells the float %d as %s', (value, text) => {
    expect(floatRepr(value)).toBe(text)
  })

  it('spells every float so that it reads back as itself', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(floatRepr(value))).toBe(value)
        expect(floatRepr(value)).toMatch(/[.e]/)
      }),
    )
  })

  it.each([
    [null, 'None'],
    [true, 'True'],
    [7n, '7'],
    ["it's", `"it's"`],
    [`it's "so"`, `'it\\'s "so"'`],
    ['a\n\u0001\\', "'a\\n\\x01\\\\'"],
    [[1n, 'a', 1], "[1, 'a', 1.0]"],
    [new Map([['a', false]]), "{'a': False}"],
  ])('spells %o as %s', (value, text) => {
    expect(pythonRepr(value)).toBe(text)
  })

  it('leaves text as it is in str', () => {
    expect(pythonStr("it's")).toBe("it's")
  })
})
