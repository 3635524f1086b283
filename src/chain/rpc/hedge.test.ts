import { describe, expect, it } from 'vitest'
import { createManualClock, type ManualClock } from '../../async/manual-clock.fixture.ts'
import { createHedge, overtaken } from './hedge.ts'

/** An attempt that ends after a time, and how it was aborted. */
function attemptOf(clock: ManualClock, takesMs: number, result: string | Error) {
  const made = { starts: 0, reason: undefined as unknown }
  const attempt = async (signal: AbortSignal): Promise<string> => {
    made.starts += 1
    signal.addEventListener('abort', () => (made.reason = signal.reason))
    await clock.sleepUntil(clock.now() + takesMs, signal)
    if (result instanceof Error) throw result
    return result
  }
  return { made, attempt }
}

describe('a hedged request', () => {
  it('is asked once when it is answered in time', async () => {
    const clock = createManualClock()
    const [first, second] = [attemptOf(clock, 1999, 'first'), attemptOf(clock, 1, 'second')]
    const asking = createHedge({ clock, afterMs: 2000 }).run(first.attempt, () => second.attempt)
    await clock.advanceTo(5000)
    expect(await asking).toBe('first')
    expect(second.made.starts).toBe(0)
  })

  it('takes the second answer when the first one hangs, and ends the first', async () => {
    const clock = createManualClock()
    const [first, second] = [attemptOf(clock, 10_000, 'first'), attemptOf(clock, 5, 'second')]
    const asking = createHedge({ clock, afterMs: 2000 }).run(first.attempt, () => second.attempt)
    await clock.advanceTo(2005)
    expect(await asking).toBe('second')
    expect(first.made.reason).toBe(overtaken)
  })

  it('takes the first answer when it was only slow, and does not blame the second', async () => {
    const clock = createManualClock()
    const [first, second] = [attemptOf(clock, 2500, 'first'), attemptOf(clock, 5000, 'second')]
    const asking = createHedge({ clock, afterMs: 2000 }).run(first.attempt, () => second.attempt)
    await clock.advanceTo(2500)
    expect(await asking).toBe('first')
    expect(second.made).toMatchObject({ starts: 1, reason: { name: 'AbortError' } })
  })

  it.each([
    ['first', 3000, 2500],
    ['second', 2500, 3000],
  ])('fails only when both have failed, here the %s one last', async (_, firstMs, secondMs) => {
    const clock = createManualClock()
    const first = attemptOf(clock, firstMs, new Error('first'))
    const second = attemptOf(clock, secondMs - 2000, new Error('second'))
    const asking = createHedge({ clock, afterMs: 2000 }).run(first.attempt, () => second.attempt)
    const failed = expect(asking).rejects.toThrow(firstMs > secondMs ? 'first' : 'second')
    await clock.advanceTo(3000)
    await failed
  })

  it('is not repeated when it failed in time, or when there is nobody else to ask', async () => {
    const clock = createManualClock()
    const hedge = createHedge({ clock, afterMs: 2000 })
    const [first, second] = [attemptOf(clock, 10, new Error('refused')), attemptOf(clock, 1, 'second')]
    const failing = expect(hedge.run(first.attempt, () => second.attempt)).rejects.toThrow('refused')
    const alone = hedge.run(attemptOf(clock, 3000, 'late').attempt, () => undefined)
    await clock.advanceTo(3000)
    await failing
    expect(await alone).toBe('late')
    expect(second.made.starts).toBe(0)
  })

  it('ends both attempts with the reason of the signal', async () => {
    const clock = createManualClock()
    const stop = new AbortController()
    const [first, second] = [attemptOf(clock, 9000, 'first'), attemptOf(clock, 9000, 'second')]
    const asking = createHedge({ clock, afterMs: 2000 }).run(first.attempt, () => second.attempt, stop.signal)
    await clock.advanceTo(2001)
    stop.abort(new Error('run stopped'))
    await expect(asking).rejects.toThrow('run stopped')
    expect([first.made, second.made]).toMatchObject([{ starts: 1 }, { starts: 1 }])
    expect([first, second].map(({ made }) => made.reason)).toEqual([stop.signal.reason, stop.signal.reason])
  })

  it('does not double the load of an endpoint that is slow throughout', async () => {
    const clock = createManualClock()
    const hedge = createHedge({ clock, afterMs: 2000 })
    let seconds = 0
    const all = Array.from({ length: 500 }, () =>
      hedge.run(attemptOf(clock, 3000, 'first').attempt, () => {
        seconds += 1
        return attemptOf(clock, 3000, 'second').attempt
      }),
    )
    await clock.advanceTo(10_000)
    expect(new Set(await Promise.all(all))).toEqual(new Set(['first']))
    expect(seconds).toBeLessThanOrEqual(20)
  })

  it('starts no second attempt once it is closed', async () => {
    const clock = createManualClock()
    const hedge = createHedge({ clock, afterMs: 2000 })
    const second = attemptOf(clock, 1, 'second')
    const asking = hedge.run(attemptOf(clock, 3000, 'first').attempt, () => second.attempt)
    await clock.advanceTo(1000)
    hedge.close()
    await clock.advanceTo(3000)
    expect(await asking).toBe('first')
    expect(second.made.starts).toBe(0)
  })
})
