import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EndpointStats } from '../chain/rpc/rpc.ts'
import { overlap, takeWallets, type WalletsInUse } from './wallet-turns.ts'

const firstAddress = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const rpc = { chainId: 14_800, endpoints: () => [{ label: 'http://127.0.0.1:8545' } as EndpointStats] }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vana-load-turns-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (from: number, count: number, step = 1): WalletsInUse => ({
  rpc,
  firstAddress,
  wallets: { from, count, step },
  user: `run ${from}`,
  endsSoon: false,
})
const command = (from: number, count: number): WalletsInUse => ({
  ...run(from, count),
  user: 'wallets sweep',
  endsSoon: true,
})

describe('wallets in use', () => {
  it('are refused to others, naming the run, until it has ended', async () => {
    const release = await takeWallets(run(0, 20), { folder })
    for (const other of [run(19, 5), command(0, 1)]) {
      await expect(takeWallets(other, { folder })).rejects.toMatchObject({
        code: 'WALLETS_BUSY',
        message: expect.stringContaining(`Wallets 0-19 are in use by run 0, process ${process.pid} (since`),
      })
    }
    await release()
    await (await takeWallets(run(19, 5), { folder }))()
    expect(await readdir(folder)).toEqual([])
  })

  it('leave others alone: further wallets, other mnemonics, other parts of a load', async () => {
    const part = await takeWallets(run(0, 10, 2), { folder })
    const others = [
      run(1, 10, 2),
      run(19, 5),
      { ...run(0, 20), firstAddress: `0x${'0'.repeat(39)}1` as const },
      { ...run(0, 20), rpc: { ...rpc, endpoints: () => [{ label: 'http://127.0.0.1:1' } as EndpointStats] } },
    ]
    // The second ends before the third, which shares a wallet with it, begins.
    for (const other of others) await (await takeWallets(other, { folder }))()
    await part()
  })

  it('are waited for while a command uses them', async () => {
    const notes: string[] = []
    const release = await takeWallets(command(0, 20), { folder })
    const waiting = takeWallets(run(5, 1), { folder, note: (text) => notes.push(text) })
    await expect.poll(() => notes).toEqual([expect.stringContaining('in use by wallets sweep, process')])
    await release()
    await (await waiting)()
    expect(notes).toHaveLength(1)
  })
})

it('strides overlap exactly when they have a number in common', () => {
  const stride = fc.record({
    from: fc.nat(60),
    count: fc.integer({ min: 1, max: 30 }),
    step: fc.integer({ min: 1, max: 9 }),
  })
  const numbers = ({ from, count, step }: { from: number; count: number; step: number }): number[] =>
    Array.from({ length: count }, (_, k) => from + k * step)
  fc.assert(
    fc.property(stride, stride, (a, b) => {
      const others = new Set(numbers(b))
      expect(overlap(a, b)).toBe(numbers(a).some((index) => others.has(index)))
    }),
    { numRuns: 1_000 },
  )
})
