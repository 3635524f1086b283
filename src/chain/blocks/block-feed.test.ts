import { numberToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../async/manual-clock.fixture.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import { createBlockFeed } from './block-feed.ts'

const hashOf = (number: number) => numberToHex(number, { size: 32 })

/** A feed over a chain whose blocks are found by asking, at a time of the own clock and with a time of the chain's. */
function startFeed() {
  const clock = createManualClock()
  const chain: { number: number; timestamp: number }[] = []
  const show = (block: { number: number; timestamp: number } | undefined) =>
    block && {
      number: numberToHex(block.number),
      timestamp: numberToHex(block.timestamp),
      hash: hashOf(block.number),
      parentHash: hashOf(block.number - 1),
      gasLimit: '0x1',
      gasUsed: '0x0',
      baseFeePerGas: '0x1',
      transactions: [],
    }
  const rpc = { request: async () => show(chain.at(-1)) } as Partial<RpcPool> as RpcPool
  const feed = createBlockFeed({ rpc, pollIntervalMs: 250, clock })
  return {
    feed,
    /** The chain makes its next block with this timestamp, and it is seen at this time of the own clock. */
    async see(timestamp: number, seenAtMs: number) {
      chain.push({ number: chain.length + 1, timestamp })
      await clock.advanceTo(seenAtMs)
      return await feed.head({ maxAgeMs: -1 })
    },
  }
}

/** A time of the chain, in seconds; the own clock has nothing to do with it. */
const day = 1_790_000_000

describe('the time of a block', () => {
  it('is when it was seen, for the first', async () => {
    const { feed, see } = startFeed()
    const block = await see(day, 5_000)
    expect(feed.timeOf(block)).toBe(5_000)
  })

  it('comes from the block that was seen soonest after its timestamp', async () => {
    const { feed, see } = startFeed()
    const slow = await see(day, 5_900)
    const quick = await see(day + 1, 6_100)
    const slowest = await see(day + 2, 8_000)
    // The second came 100 ms after a full second of the chain: so the first was made at 5,100, and the third at 7,100.
    expect([slow, quick, slowest].map(feed.timeOf)).toEqual([5_100, 6_100, 7_100])
  })

  it('is never later than it was seen, and lies as far from others as their timestamps do', async () => {
    const { feed, see } = startFeed()
    const seen = []
    for (const [i, delay] of [700, 30, 450, 0, 999].entries()) {
      seen.push(await see(day + 6 * i, 10_000 + 6_000 * i + delay))
    }
    for (const block of seen) expect(feed.timeOf(block)).toBeLessThanOrEqual(block.seenAtMs)
    const times = seen.map(feed.timeOf)
    expect(times.slice(1).map((time, i) => time - (times[i] ?? 0))).toEqual([6_000, 6_000, 6_000, 6_000])
  })

  it('says by how much this machine is ahead of the chain at the least', async () => {
    const { feed, see } = startFeed()
    expect(feed.stats().clockAheadMs).toBeNull()
    const nowS = Math.floor(performance.timeOrigin / 1000)
    await see(nowS, 3_000)
    await see(nowS + 1, 3_200)
    const ahead = performance.timeOrigin - nowS * 1000 + 2_200
    expect(feed.stats().clockAheadMs).toBe(Math.round(ahead))
  })
})

/** A feed over a node that claims any newest block, and has the blocks up to 900. */
function startNode() {
  const clock = createManualClock()
  const asked: number[] = []
  let newest = 5
  const show = (number: number) => ({
    number: numberToHex(number),
    timestamp: '0x1',
    transactions: [],
    hash: hashOf(number),
    parentHash: hashOf(number - 1),
    gasLimit: '0x1',
    gasUsed: '0x0',
    baseFeePerGas: '0x1',
  })
  const rpc = {
    request: async (method: string) => (method === 'eth_getBlockByHash' ? null : show(newest)),
    batch: async (calls: readonly { params: readonly unknown[] }[]) =>
      calls.map(({ params: [number] }) => {
        asked.push(Number(number))
        return { ok: true, result: Number(number) > 900 ? null : show(Number(number)) }
      }),
  } as Partial<RpcPool> as RpcPool
  const feed = createBlockFeed({ rpc, pollIntervalMs: 250, clock })
  const claim = async (number: number) => {
    newest = number
    return await feed.head({ maxAgeMs: -1 })
  }
  return { feed, claim, asked }
}

describe('a head that is far ahead', () => {
  it('is not believed, and costs no more than a few calls, when the blocks before it are not there', async () => {
    const { feed, claim, asked } = startNode()
    const stop = feed.subscribe({ onBlock: () => {} })
    await claim(901)
    await expect(claim(Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({ code: 'CHAIN_RPC_ERROR' })
    expect(feed.latest()?.number).toBe(901)
    expect(asked.length).toBeLessThanOrEqual(100)
    stop()
  })

  it('is reached block by block, none left out, when they are', async () => {
    const { feed, claim, asked } = startNode()
    await claim(5)
    const seen: number[] = []
    const stop = feed.subscribe({ onBlock: ({ number }) => seen.push(number) })
    await claim(6)
    expect((await claim(350)).number).toBe(350)
    expect(seen).toEqual(Array.from({ length: 345 }, (_, i) => i + 6))
    expect(asked).toHaveLength(343)
    stop()
  })
})

describe('a head that is older than memory', () => {
  it('is a lagging node when the feed has begun shortly after it, and no reorganization', async () => {
    const { feed, claim } = startNode()
    const removed: unknown[] = []
    const stop = feed.subscribe({ onBlock: () => {}, onReorg: (blocks) => removed.push(...blocks) })
    await claim(901)
    expect((await claim(899)).number).toBe(901)
    expect((await claim(902)).number).toBe(902)
    expect(removed).toEqual([])
    expect(feed.stats()).toMatchObject({ blocks: 2, reorgs: 0 })
    stop()
  })

  it('is a chain that began anew when it is further back than any reorganization that is followed', async () => {
    const { feed, claim } = startNode()
    await claim(901)
    expect((await claim(7)).number).toBe(7)
    expect(feed.stats()).toMatchObject({ reorgs: 1, deepestReorg: 1 })
  })
})
