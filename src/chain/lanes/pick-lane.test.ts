import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLanePicker } from './pick-lane.ts'

const rooms = fc.array(fc.integer({ min: -5, max: 64 }), { minLength: 1, maxLength: 12 })

describe('the choice among lanes', () => {
  it('falls on one with most room, whatever was picked before', () => {
    fc.assert(
      fc.property(rooms, fc.integer({ min: 0, max: 30 }), (given, before) => {
        const lanes = given.map((room) => ({ room }))
        const pick = createLanePicker(lanes)
        for (let i = 0; i < before; i += 1) pick()
        expect(pick().room).toBe(Math.max(...given))
      }),
    )
  })

  it('gives idle lanes the same number of sends, give or take one, so that all of them spend alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 100 }), (count, sends) => {
        const lanes = Array.from({ length: count }, () => ({ room: 64, sent: 0 }))
        const pick = createLanePicker(lanes)
        for (let i = 0; i < sends; i += 1) pick().sent += 1
        const sent = lanes.map((lane) => lane.sent)
        expect(Math.max(...sent) - Math.min(...sent)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('leaves out those it is called with, and picks them when there are no others', () => {
    const lanes = [{ room: 9 }, { room: 5 }, { room: 7 }] as const
    const pick = createLanePicker(lanes)
    expect(pick(new Set([lanes[0]]))).toBe(lanes[2])
    expect(pick(new Set(lanes))).toBe(lanes[0])
  })

  it('is none without lanes', () => {
    const pick = createLanePicker([])
    expect(pick).toThrowError(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})
