import { describe, expect, it } from 'vitest'
import { shareAnswer } from './share-answer.ts'

/** A question that the test answers. Adds to `asked` each time it is asked. */
function question() {
  const asked: { signal: AbortSignal; answer: (text: string) => void; fail: (error: Error) => void }[] = []
  const ask = shareAnswer(
    (signal) =>
      new Promise<string>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        asked.push({ signal, answer: resolve, fail: reject })
      }),
  )
  return { asked, ask }
}

const { signal } = new AbortController()

describe('a shared answer', () => {
  it('is requested once, however many callers wait for it', async () => {
    const { asked, ask } = question()
    const callers = [ask(signal), ask(signal), ask(signal)]
    asked[0]?.answer('yes')
    expect(await Promise.all(callers)).toEqual(['yes', 'yes', 'yes'])
    expect(await ask(signal)).toBe('yes')
    expect(asked).toHaveLength(1)
  })

  it('is requested again after a failure, which reaches all waiting callers', async () => {
    const { asked, ask } = question()
    const callers = [ask(signal), ask(signal)]
    asked[0]?.fail(new Error('down'))
    for (const caller of callers) await expect(caller).rejects.toThrow('down')
    const next = ask(signal)
    asked[1]?.answer('yes')
    expect(await next).toBe('yes')
  })

  it('still reaches the others if the first caller aborts', async () => {
    const { asked, ask } = question()
    const first = new AbortController()
    const leaving = ask(first.signal)
    const staying = ask(signal)
    first.abort(new Error('flow over'))
    await expect(leaving).rejects.toThrow('flow over')
    expect(asked[0]?.signal.aborted).toBe(false)
    asked[0]?.answer('yes')
    expect(await staying).toBe('yes')
    expect(asked).toHaveLength(1)
  })

  it('is aborted with its last caller, and requested again by the next', async () => {
    const { asked, ask } = question()
    const only = new AbortController()
    const leaving = ask(only.signal)
    only.abort(new Error('flow over'))
    await expect(leaving).rejects.toThrow('flow over')
    expect(asked[0]?.signal.aborted).toBe(true)
    const next = ask(signal)
    asked[1]?.answer('yes')
    expect(await next).toBe('yes')
  })
})
