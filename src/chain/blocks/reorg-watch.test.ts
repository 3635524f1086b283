import { describe, expect, it } from 'vitest'
import type { BlockListener } from './block-listeners.ts'
import { watchReorgs } from './reorg-watch.ts'
import type { SeenBlock } from './seen-block.ts'

const block = (number: number) => ({ number, transactions: [] }) as unknown as SeenBlock

/** A feed whose blocks come and go by call. */
function startFeed() {
  const listeners = new Map<BlockListener, boolean>()
  let head = block(10)
  const tell = (what: (listener: BlockListener) => void): void => [...listeners.keys()].forEach(what)
  return {
    latest: () => head,
    subscribe(listener: BlockListener, { idle = false } = {}) {
      listeners.set(listener, idle)
      return () => void listeners.delete(listener)
    },
    /** Those that blocks are polled for. */
    busy: () => [...listeners.values()].filter((idle) => !idle).length,
    all: () => listeners.size,
    show(number: number) {
      head = block(number)
      tell(({ onBlock }) => onBlock(head))
    },
    takeBack: (...numbers: number[]) => tell(({ onReorg }) => onReorg?.(numbers.map(block))),
  }
}

describe('a watch on reorganizations', () => {
  it('knows the blocks that were taken back, and how deep that went, without polling', () => {
    const feed = startFeed()
    const reorgs = watchReorgs(feed)
    expect([reorgs.count(), reorgs.deepest(), reorgs.mayBeRemoved(100)]).toEqual([0, 0, false])
    feed.takeBack(101, 100)
    feed.takeBack(110)
    expect([reorgs.count(), reorgs.deepest()]).toEqual([2, 2])
    expect([35, 36, 100, 110, 500].map(reorgs.mayBeRemoved)).toEqual([false, true, true, true, true])
    expect(feed.busy()).toBe(0)
    reorgs.close()
    expect(feed.all()).toBe(0)
  })

  it('waits for no block on a chain that took none back', async () => {
    const feed = startFeed()
    expect(await watchReorgs(feed).bury(10, {})).toBe(true)
    expect(feed.busy()).toBe(0)
  })

  it('waits until a block is deeper than any reorganization so far, also one that comes meanwhile', async () => {
    const feed = startFeed()
    const reorgs = watchReorgs(feed)
    feed.takeBack(10)
    let isBuried = false
    const buried = reorgs.bury(11, {}).then((result) => {
      isBuried = true
      return result
    })
    feed.show(12)
    feed.takeBack(12, 11, 10)
    feed.show(14)
    await Promise.resolve()
    expect([isBuried, feed.busy()]).toEqual([false, 1])
    feed.show(15)
    expect(await buried).toBe(true)
    expect(feed.busy()).toBe(0)
  })

  it('gives up in time, and with the reason of its signal', async () => {
    const feed = startFeed()
    const reorgs = watchReorgs(feed)
    feed.takeBack(10)
    expect(await reorgs.bury(11, { timeoutMs: 1 })).toBe(false)
    const stop = new AbortController()
    const waiting = reorgs.bury(11, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(feed.busy()).toBe(0)
  })
})
