import { describe, expect, it } from 'vitest'
import { createAccessTokens } from './access-token.ts'

const minuteMs = 60_000
const { signal } = new AbortController()

/** Tokens numbered by request, with a clock and answers that the test controls. */
function tokensOf(lifetimeMs: number) {
  const state = { nowMs: 0, asked: 0, failing: false }
  const waiting: (() => void)[] = []
  const tokens = createAccessTokens(
    async (closed) => {
      state.asked++
      await new Promise<void>((resolve, reject) => {
        waiting.push(resolve)
        closed.addEventListener('abort', () => reject(closed.reason))
      })
      if (state.failing) throw new Error('refused')
      return { token: `token ${state.asked}`, lifetimeMs }
    },
    () => state.nowMs,
  )
  const answer = (): void => {
    for (const resolve of waiting.splice(0)) resolve()
  }
  return { state, tokens, answer }
}

describe('an access token', () => {
  it('is requested once for all waiting callers, and then kept', async () => {
    const { state, tokens, answer } = tokensOf(60 * minuteMs)
    const waiting = Promise.all(Array.from({ length: 8 }, () => tokens.get(signal)))
    answer()
    expect(new Set(await waiting)).toEqual(new Set(['token 1']))
    state.nowMs = 54 * minuteMs
    expect([await tokens.get(signal), state.asked]).toEqual(['token 1', 1])
  })

  it('is renewed before it expires, while callers get the old one', async () => {
    const { state, tokens, answer } = tokensOf(60 * minuteMs)
    const first = tokens.get(signal)
    answer()
    await first
    state.nowMs = 56 * minuteMs
    expect(await Promise.all([tokens.get(signal), tokens.get(signal)])).toEqual(['token 1', 'token 1'])
    expect(state.asked).toBe(2)
    answer()
    await expect.poll(() => tokens.get(signal)).toBe('token 2')
  })

  it('is used until it expires when it cannot be renewed, with pauses between attempts', async () => {
    const { state, tokens, answer } = tokensOf(60 * minuteMs)
    const first = tokens.get(signal)
    answer()
    await first
    state.failing = true
    for (const seconds of [0, 1, 2, 6, 7]) {
      state.nowMs = 56 * minuteMs + seconds * 1000
      expect(await tokens.get(signal)).toBe('token 1')
      answer()
      await new Promise(setImmediate)
    }
    expect(state.asked).toBe(3)
    state.nowMs = 59.9 * minuteMs
    const last = tokens.get(signal)
    answer()
    await expect(last).rejects.toThrow('refused')
    state.failing = false
    const again = tokens.get(signal)
    answer()
    expect(await again).toBe('token 5')
  })

  it('is requested again once it is forgotten, and only then', async () => {
    const { state, tokens, answer } = tokensOf(60 * minuteMs)
    const first = tokens.get(signal)
    answer()
    tokens.forget(await first)
    const second = tokens.get(signal)
    answer()
    expect(await second).toBe('token 2')
    tokens.forget('token 1')
    expect([await tokens.get(signal), state.asked]).toEqual(['token 2', 2])
  })

  it('of a short lifetime is kept for most of it', async () => {
    const { state, tokens, answer } = tokensOf(10_000)
    const first = tokens.get(signal)
    answer()
    await first
    state.nowMs = 7_900
    expect([await tokens.get(signal), state.asked]).toEqual(['token 1', 1])
  })

  it('releases an aborted caller alone, and every caller on close', async () => {
    const { tokens, answer } = tokensOf(minuteMs)
    const controller = new AbortController()
    const [gone, stays] = [tokens.get(controller.signal), tokens.get(signal)]
    controller.abort(new Error('stop'))
    await expect(gone).rejects.toThrow('stop')
    answer()
    expect(await stays).toBe('token 1')
    tokens.forget('token 1')
    const late = tokens.get(signal)
    tokens.close()
    await expect(late).rejects.toThrow('closed')
  })
})
