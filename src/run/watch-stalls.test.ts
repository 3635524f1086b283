import { expect, it } from 'vitest'
import type { EndpointStats } from '../chain/rpc/rpc.ts'
import { watchStalls } from './watch-stalls.ts'

it('tells of a head that stands still once, while somebody waits for a block, and when it goes on', () => {
  const receipts = { pending: 0 }
  let stalledMs = 0
  const notes: string[] = []
  const endpoints = () => [{ label: 'http://node', stalledMs } as EndpointStats]
  const stalls = watchStalls({ rpc: { endpoints }, receipts }, (text) => notes.push(text))
  const tickAt = (ms: number): void => {
    stalledMs = ms
    stalls.tick()
  }
  tickAt(40_000)
  expect(notes).toEqual([])
  receipts.pending = 1
  for (const ms of [41_000, 42_000]) tickAt(ms)
  expect(notes).toEqual(['http://node has had no new block for 41s'])
  // The waiting flows have given up, but the head is still stale.
  receipts.pending = 0
  tickAt(43_000)
  expect(notes).toHaveLength(1)
  tickAt(0)
  expect(notes.slice(1)).toEqual(['http://node has new blocks again'])
  expect(stalls.maxStallMs('http://node')).toBe(42_000)
  expect(stalls.maxStallMs('http://other')).toBe(0)
})
