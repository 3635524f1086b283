import { describe, expect, it } from 'vitest'
import { createSendWindow } from './send-window.ts'

describe('a send window', () => {
  it('admits as many as it has places, and the others in the order in which they came', async () => {
    const window = createSendWindow(2, 10)
    const admitted: number[] = []
    const enter = (i: number) => window.enter().then(() => admitted.push(i))
    await Promise.all([enter(1), enter(2)])
    const others = [enter(3), enter(4)]
    expect([window.taken, window.queued, admitted]).toEqual([2, 2, [1, 2]])
    window.leave()
    await others[0]
    expect(admitted).toEqual([1, 2, 3])
    window.leave()
    await others[1]
    expect([window.taken, window.queued]).toEqual([2, 0])
    window.leave()
    window.leave()
    expect(window.taken).toBe(0)
  })

  it('refuses who would make the line too long', async () => {
    const window = createSendWindow(1, 1)
    await window.enter()
    const second = window.enter()
    await expect(window.enter()).rejects.toMatchObject({ code: 'LANE_BUSY' })
    window.leave()
    await second
  })

  it('lets go of who gives up, and does not give them a place', async () => {
    const window = createSendWindow(1, 10)
    await window.enter()
    const giveUp = new AbortController()
    const second = window.enter({ signal: giveUp.signal })
    const third = window.enter()
    giveUp.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    expect(window.queued).toBe(1)
    window.leave()
    await third
    expect(window.taken).toBe(1)
  })
})
