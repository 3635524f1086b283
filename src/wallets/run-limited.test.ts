import { describe, expect, it } from 'vitest'
import { runLimited } from './run-limited.ts'

/** Numbers that note which of them were asked for. */
async function* numbers(count: number, asked: number[]): AsyncGenerator<number> {
  for (let i = 0; i < count; i += 1) {
    asked.push(i)
    yield i
  }
}

describe('limited work', () => {
  it('asks for the next item only when there is room for it', async () => {
    const asked: number[] = []
    const done: number[] = []
    await runLimited(numbers(20, asked), 3, async (item) => {
      expect(asked.length - done.length).toBeLessThanOrEqual(3)
      await Promise.resolve()
      done.push(item)
    })
    expect(done).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  it('begins nothing after a failure, waits for what is running, and throws the first', async () => {
    const begun: number[] = []
    const ended: number[] = []
    const work = runLimited(numbers(20, []), 2, async (item) => {
      begun.push(item)
      if (item === 4) throw new Error('the fifth')
      await Promise.resolve()
      ended.push(item)
    })
    await expect(work).rejects.toThrow('the fifth')
    expect(begun).toEqual([0, 1, 2, 3, 4])
    expect(ended).toEqual([0, 1, 2, 3])
  })

  it('throws what the items throw', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1
      throw new Error('no more')
    }
    await expect(runLimited(broken(), 4, async () => {})).rejects.toThrow('no more')
  })
})
