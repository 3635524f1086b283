import { afterEach, describe, expect, it } from 'vitest'
import { type BlockFeed, createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import type { SeenBlock } from '../../src/chain/blocks/seen-block.ts'
import type { RpcPool } from '../../src/chain/rpc/rpc.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { type ScriptedNode, startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import { usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { type RunningAnvil, startAnvil } from '../../src/testbed/chain/start-anvil.ts'

/** Anvil shares the machine with other tests: whatever is waited for has time. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })

type World = {
  anvil: RunningAnvil
  /** A node between the feed and anvil that misbehaves on request. */
  node: ScriptedNode
  rpc: RpcPool
  feed: BlockFeed
  /** What a listener received: block numbers, and for a reorganization the removed ones. */
  told: (number | { removed: number[] })[]
  blocks: SeenBlock[]
  listen(): () => void
  reorg(depth: number): Promise<void>
}

const worlds: World[] = []
afterEach(async () => {
  for (const { feed, rpc, node, anvil } of worlds.splice(0)) {
    feed.close()
    await rpc.close()
    await node.stop()
    await anvil.stop()
  }
})

async function startWorld(options: { keep?: number } = {}): Promise<World> {
  const anvil = await startAnvil({ blockTime: 'instant', keepStates: 64 })
  const node = await startScriptedNode({ upstream: anvil.rpcUrl })
  const rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId: anvil.chainId, patienceMs: 0 })
  const feed = createBlockFeed({ rpc, pollIntervalMs: 10, ...options })
  const world: World = {
    anvil,
    node,
    rpc,
    feed,
    told: [],
    blocks: [],
    listen: () =>
      feed.subscribe({
        onBlock(block) {
          world.told.push(block.number)
          world.blocks.push(block)
        },
        onReorg: (removed) => world.told.push({ removed: removed.map(({ number }) => number) }),
      }),
    async reorg(depth) {
      await anvil.client.request({ method: 'anvil_reorg', params: [depth, []] } as never)
    },
  }
  worlds.push(world)
  return world
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('the block feed', () => {
  it('tells of every block in order, also of those that came between two looks', async () => {
    const { anvil, feed, listen, told, blocks } = await startWorld()
    await feed.head()
    listen()
    await anvil.client.mine({ blocks: 50 })
    await eventually(() => told.length).toBe(50)
    expect(told).toEqual(range(1, 50))
    expect(blocks.every((block, i) => i === 0 || block.parentHash === blocks[i - 1]?.hash)).toBe(true)
  })

  it('leaves no block out when fetching some of them failed', async () => {
    const { anvil, node, feed, listen, told } = await startWorld()
    await feed.head()
    let failures = 0
    node.misbehave = ([call]) => {
      if (call?.params[0] === 'latest' || failures >= 6) return undefined
      failures += 1
      return { http: 500 }
    }
    listen()
    await anvil.client.mine({ blocks: 8 })
    await eventually(() => told.length).toBe(8)
    expect(told).toEqual(range(1, 8))
    expect(feed.stats().failedLooks).toBe(3)
  })

  it.each([1, 3, 10])('follows a reorganization %i blocks deep', async (depth) => {
    const { anvil, feed, listen, told, blocks, reorg } = await startWorld()
    await feed.head()
    listen()
    await anvil.client.mine({ blocks: 12 })
    await eventually(() => told.length).toBe(12)
    await reorg(depth)
    await anvil.client.mine({ blocks: 1 })
    await eventually(() => told.at(-1)).toBe(13)
    expect(told.slice(12)).toEqual([{ removed: range(13 - depth, 12).reverse() }, ...range(13 - depth, 13)])
    expect(blocks.at(-2)?.hash).toBe((await anvil.client.getBlock({ blockNumber: 12n })).hash)
    expect(feed.stats()).toMatchObject({ reorgs: 1, deepestReorg: depth })
  })

  it('forgets everything in a reorganization deeper than its memory, and goes on', async () => {
    const { anvil, feed, listen, told, reorg } = await startWorld({ keep: 4 })
    await feed.head()
    listen()
    for (const number of range(1, 12)) {
      await anvil.client.mine({ blocks: 1 })
      await eventually(() => told.at(-1)).toBe(number)
    }
    await reorg(8)
    await anvil.client.mine({ blocks: 1 })
    await eventually(() => told.at(-1)).toBe(13)
    expect(told.slice(12)).toEqual([{ removed: [12, 11, 10, 9] }, ...range(9, 13)])
  })

  it('takes a node that lags behind for what it is', async () => {
    const { anvil, node, feed, listen, told } = await startWorld()
    await anvil.client.mine({ blocks: 3 })
    const before = await feed.head()
    listen()
    await anvil.client.mine({ blocks: 1 })
    await eventually(() => told).toEqual([4])
    const response = await fetch(anvil.rpcUrl, rpcCall('eth_getBlockByNumber', ['0x3', false]))
    const lagging = (await response.json()) as { result: { hash: string } }
    node.answer = ({ params }) => (params[0] === 'latest' ? { result: lagging.result } : undefined)
    const looks = node.count('eth_getBlockByNumber')
    await eventually(() => node.count('eth_getBlockByNumber')).toBeGreaterThan(looks + 3)
    expect(told).toEqual([4])
    expect(before.hash).toBe(lagging.result.hash)
    expect((await feed.head()).number).toBe(4)
  })

  it('knows which block holds a transaction, until a reorganization takes it away', async () => {
    const { anvil, feed, listen, told, reorg } = await startWorld()
    await feed.head()
    listen()
    const [account] = (await anvil.client.request({ method: 'eth_accounts' } as never)) as [`0x${string}`]
    const hash = await anvil.client.request({
      method: 'eth_sendTransaction',
      params: [{ from: account, to: account, value: '0x1' }],
    } as never)
    await eventually(() => told).toEqual([1])
    expect(feed.find(hash as `0x${string}`)?.number).toBe(1)
    await reorg(1)
    await eventually(() => told).toEqual([1, { removed: [1] }, 1])
    expect(feed.find(hash as `0x${string}`)).toBeUndefined()
  })

  it('makes no request without a listener', async () => {
    const { node, listen, told, anvil } = await startWorld()
    const stop = listen()
    await anvil.client.mine({ blocks: 1 })
    await eventually(() => told.length).toBeGreaterThan(0)
    stop()
    // Fifty blocks take longer than several polls; the last poll may have been in flight at first.
    const askedMeanwhile = async (): Promise<number> => {
      const before = node.received.length
      for (let block = 0; block < 50; block += 1) await anvil.client.mine({ blocks: 1 })
      return node.received.length - before
    }
    await eventually(askedMeanwhile).toBe(0)
  })

  it('does not catch up on blocks without a listener', async () => {
    const { anvil, node, feed } = await startWorld()
    await feed.head()
    await anvil.client.mine({ blocks: 30 })
    expect((await feed.head({ maxAgeMs: 0 })).number).toBe(30)
    expect(node.count('eth_getBlockByNumber')).toBe(2)
    expect([feed.covers(29), feed.covers(28)]).toEqual([true, false])
  })

  it('does not catch up after a long time without a listener, nor take it for a reorganization', async () => {
    const { anvil, feed, listen, told } = await startWorld({ keep: 4 })
    await feed.head()
    await anvil.client.mine({ blocks: 30 })
    listen()
    await eventually(() => told).toEqual([30])
    await anvil.client.mine({ blocks: 9 })
    await eventually(() => told).toEqual(range(30, 39))
  })

  it('answers many concurrent callers with one request, and from memory while it is fresh', async () => {
    const { node, feed } = await startWorld()
    await Promise.all(Array.from({ length: 20 }, () => feed.head()))
    await feed.head({ maxAgeMs: 60_000 })
    expect(node.count('eth_getBlockByNumber')).toBe(1)
  })

  it('lets go of who gives up waiting for the head', async () => {
    const { node, feed } = await startWorld()
    node.misbehave = () => ({ hang: true })
    const stop = new AbortController()
    const asking = feed.head({ signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(asking).rejects.toThrow('enough')
  })
})

function rpcCall(method: string, params: unknown[]): RequestInit {
  const headers = { 'content-type': 'application/json' }
  return { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) }
}
