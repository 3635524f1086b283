import { describe, expect, it } from 'vitest'
import { createSerialQueue } from './serial-queue.ts'

describe('a serial queue', () => {
  it('runs tasks one after another, in order', async () => {
    const queue = createSerialQueue()
    const log: string[] = []
    const task = (name: string) => async () => {
      log.push(`${name} starts`)
      await new Promise((resolve) => setImmediate(resolve))
      log.push(`${name} ends`)
    }
    await Promise.all(['a', 'b'].map((name) => queue.run(task(name))))
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends'])
  })

  it('continues after a failed task', async () => {
    const queue = createSerialQueue()
    const failing = queue.run(() => Promise.reject(new Error('no')))
    const next = queue.run(async () => 'fine')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('fine')
  })
})
