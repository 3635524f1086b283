import { numberToHex } from 'viem'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../async/clock.ts'
import { usualRpc } from '../../config/usual-settings.fixture.ts'
import { createRpcPool } from '../rpc/rpc-pool.ts'
import { type ScriptedNode, startScriptedNode } from '../rpc/scripted-node.fixture.ts'
import { checkHead } from './check-head.ts'

/** When the check begins, in seconds since 1970. */
const nowSeconds = 1_800_000_000

let node: ScriptedNode
/** The chain as the node shows it: its newest block and that block's age when the check begins. */
let chain: { head: number; ageSeconds: number; blockSeconds: number; version: string; parentIsThere: boolean }
/** Sleeps pass at once; `onSecond` makes what happens meanwhile. */
let clock: Clock
let waitedMs: number
let onSecond: () => void
beforeEach(async () => {
  node = await startScriptedNode()
  chain = { head: 5000, ageSeconds: 3, blockSeconds: 6, version: 'Geth/v1.14.0', parentIsThere: true }
  waitedMs = 0
  onSecond = () => {}
  clock = {
    now: () => waitedMs,
    async sleepUntil(timeMs) {
      waitedMs = timeMs
      onSecond()
    },
  }
  const atStart = chain
  const show = (number: number) => ({
    number: numberToHex(number),
    hash: hashOf(number),
    parentHash: hashOf(number - 1),
    timestamp: numberToHex(nowSeconds - chain.ageSeconds - (atStart.head - number) * chain.blockSeconds),
    gasLimit: '0x1',
    gasUsed: '0x0',
    transactions: [],
  })
  node.answer = ({ method, params }) => {
    if (method === 'web3_clientVersion') return { result: chain.version }
    if (method === 'eth_getBlockByHash')
      return { result: chain.parentIsThere ? show(Number(BigInt(String(params[0])))) : null }
    if (method !== 'eth_getBlockByNumber') return undefined
    return { result: show(params[0] === 'latest' ? chain.head : Number(params[0])) }
  }
})
afterEach(() => node.stop())

const hashOf = (number: number) => numberToHex(Math.max(0, number), { size: 32 })

async function check() {
  const rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId: 14800 })
  const notes: string[] = []
  const now = (): number => nowSeconds * 1000 + waitedMs
  try {
    await checkHead(rpc, { clock, now, note: (text) => void notes.push(text) })
    return notes
  } finally {
    await rpc.close()
  }
}

describe('the look at the head before funds move', () => {
  it('costs three calls where all is well', async () => {
    expect(await check()).toEqual([])
    expect(node.received.map(({ method }) => method)).toEqual([
      ...['eth_chainId', 'eth_getBlockByNumber', 'eth_getBlockByHash', 'eth_getBlockByNumber'],
    ])
    expect(waitedMs).toBe(0)
  })

  it('bears a longer gap than usual without waiting', async () => {
    chain.ageSeconds = 59
    expect(await check()).toEqual([])
    chain = { ...chain, blockSeconds: 12, ageSeconds: 119 }
    expect(await check()).toEqual([])
    expect(waitedMs).toBe(0)
  })

  it('waits for the next block of a chain that has paused, and goes on', async () => {
    chain.ageSeconds = 600
    onSecond = () => {
      if (waitedMs >= 25_000) chain.head = 5001
    }
    expect(await check()).toEqual([expect.stringMatching(/5000, is 600 s old: waiting up to 30 s/)])
    expect(waitedMs).toBe(25_000)
  })

  it('refuses a head that stands still, after a bounded wait', async () => {
    chain.ageSeconds = 600
    await expect(check()).rejects.toMatchObject({
      code: 'CHAIN_STALLED',
      message: expect.stringContaining('no block after 5000'),
      details: { block: 5000 },
    })
    expect(waitedMs).toBe(30_000)
    chain.blockSeconds = 600
    chain.ageSeconds = 60_000
    await expect(check()).rejects.toMatchObject({ code: 'CHAIN_STALLED' })
    expect(waitedMs).toBe(90_000)
  })

  it('does not take a head that falls back for a new block', async () => {
    chain.ageSeconds = 600
    onSecond = () => {
      chain.head -= 1
    }
    await expect(check()).rejects.toMatchObject({ code: 'CHAIN_STALLED' })
  })

  it('lets a development node do as it likes: it makes blocks when a transaction comes', async () => {
    chain.version = 'anvil/v1.7.1'
    for (const ageSeconds of [86_400, -86_400]) {
      chain.ageSeconds = ageSeconds
      expect(await check()).toEqual([])
    }
    expect(waitedMs).toBe(0)
  })

  it('asks nothing of a chain that has only its first block', async () => {
    chain = { ...chain, head: 0, ageSeconds: 86_400 }
    expect(await check()).toEqual([])
  })

  it('refuses a newest block of the future', async () => {
    chain.ageSeconds = -301
    const refused = { code: 'CHAIN_HEAD_MISMATCH', message: expect.stringContaining('301 s later') }
    await expect(check()).rejects.toMatchObject(refused)
  })

  it('refuses a newest block that follows from none, but not for one that was taken back meanwhile', async () => {
    chain.parentIsThere = false
    await expect(check()).rejects.toMatchObject({ code: 'CHAIN_HEAD_MISMATCH' })
    onSecond = () => {
      chain.parentIsThere = true
    }
    expect(await check()).toEqual([])
  })
})
