import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { AnvilClient } from './anvil-client.ts'
import { driveBlocks } from './drive-blocks.ts'

/** Start times of blocks, in milliseconds. Each block takes a given time. */
let blocks: number[]
let baseFees: bigint[]
let miningMs: number
let failures: number

const client = {
  async mine() {
    blocks.push(performance.now())
    await new Promise((resolve) => setTimeout(resolve, miningMs))
    if (failures-- > 0) throw new Error('no block')
  },
  async setNextBlockBaseFeePerGas({ baseFeePerGas }: { baseFeePerGas: bigint }) {
    baseFees.push(baseFeePerGas)
  },
} as unknown as AnvilClient

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
  blocks = []
  baseFees = []
  miningMs = 1
  failures = 0
})
afterEach(() => {
  vi.useRealTimers()
})

const startedAt = () => performance.now()

it('starts blocks on an absolute schedule, however long each takes', async () => {
  const start = startedAt()
  miningMs = 30
  const stop = driveBlocks(client, 100, undefined)
  await vi.advanceTimersByTimeAsync(450)
  expect(blocks.map((at) => at - start)).toEqual([100, 200, 300, 400])
  await stop()
})

it('skips ticks during a block', async () => {
  const start = startedAt()
  miningMs = 250
  const stop = driveBlocks(client, 100, undefined)
  await vi.advanceTimersByTimeAsync(900)
  expect(blocks.map((at) => at - start)).toEqual([100, 400, 700])
  const stopped = stop()
  await vi.advanceTimersByTimeAsync(250)
  await stopped
})

it('continues after a failed block', async () => {
  failures = 2
  const stop = driveBlocks(client, 100, undefined)
  await vi.advanceTimersByTimeAsync(450)
  expect(blocks).toHaveLength(4)
  await stop()
})

it('waits for the current block when it stops, and starts no more', async () => {
  miningMs = 50
  const stop = driveBlocks(client, 100, undefined)
  await vi.advanceTimersByTimeAsync(110)
  let stopped = false
  const stopping = stop().then(() => {
    stopped = true
  })
  await vi.advanceTimersByTimeAsync(30)
  expect(stopped).toBe(false)
  await vi.advanceTimersByTimeAsync(30)
  await stopping
  await vi.advanceTimersByTimeAsync(1_000)
  expect(blocks).toHaveLength(1)
  expect(vi.getTimerCount()).toBe(0)
})

it('sets a fixed base fee before every block, and only a given one', async () => {
  const stop = driveBlocks(client, 100, 7n)
  await vi.advanceTimersByTimeAsync(250)
  expect(baseFees).toEqual([7n, 7n])
  await stop()
  const stopOther = driveBlocks(client, 100, undefined)
  await vi.advanceTimersByTimeAsync(250)
  expect(baseFees).toHaveLength(2)
  await stopOther()
})
