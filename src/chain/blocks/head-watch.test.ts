import { describe, expect, it } from 'vitest'
import { createHeadWatch } from './head-watch.ts'

/** Looks every second from a number of seconds on, at what a function says, and gives what is said at the end. */
function watched(seconds: number, headAt: (second: number) => number, from = 0) {
  const watch = createHeadWatch()
  for (let second = from; second <= seconds; second += 1) watch.saw(headAt(second), second * 1000)
  return watch.stalledMs(seconds * 1000)
}

describe('the watch over a head', () => {
  it('says nothing of one that goes on, however slowly', () => {
    expect(watched(300, (second) => Math.floor(second / 6))).toBe(0)
    expect(watched(300, (second) => Math.floor(second / 45))).toBe(0)
  })

  it('bears a gap of four blocks on a chain of six seconds', () => {
    expect(watched(324, (second) => Math.floor(Math.min(second, 300) / 6))).toBe(0)
  })

  it('says since when nothing new has come', () => {
    expect(watched(340, (second) => Math.floor(Math.min(second, 300) / 6))).toBe(40_000)
    expect(watched(40, () => 7)).toBe(40_000)
  })

  it('takes neither falling back nor leaping far ahead for progress', () => {
    expect(watched(40, (second) => 100 - second)).toBe(40_000)
    expect(watched(40, (second) => (second === 20 ? 9_000_000 : 7))).toBe(40_000)
  })

  it('does not count the time in which nobody looked', () => {
    const watch = createHeadWatch()
    watch.saw(7, 0)
    expect(watch.stalledMs(60_000)).toBe(0)
    watch.saw(7, 60_000)
    expect(watch.stalledMs(60_000)).toBe(0)
  })
})
