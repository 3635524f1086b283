import { numberToHex } from 'viem'
import { afterEach, describe, expect, it } from 'vitest'
import { createBlockFeed } from '../chain/blocks/block-feed.ts'
import { createRpcPool } from '../chain/rpc/rpc-pool.ts'
import { type ScriptedNode, startScriptedNode } from '../chain/rpc/scripted-node.fixture.ts'
import { createFees } from '../chain/transactions/fees.ts'
import { usualFees, usualRpc } from '../config/usual-settings.fixture.ts'
import { checkChain } from './check-chain.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/** A node whose gas costs so many gwei. */
async function startNode({ chainId = 14800, baseFeeGwei = 1, aheadSeconds = 0 } = {}): Promise<ScriptedNode> {
  const node = await startScriptedNode({ chainId })
  cleanups.push(() => node.stop())
  const hash = numberToHex(7, { size: 32 })
  node.answer = ({ method }) => {
    if (method === 'eth_maxPriorityFeePerGas') return { result: numberToHex(10 ** 9) }
    const isParent = method === 'eth_getBlockByHash'
    if (!isParent && method !== 'eth_getBlockByNumber') return undefined
    return {
      result: {
        number: isParent ? '0x6' : '0x7',
        hash,
        parentHash: hash,
        timestamp: numberToHex(Math.floor(Date.now() / 1000) + aheadSeconds),
        gasLimit: '0x1',
        gasUsed: '0x0',
        baseFeePerGas: numberToHex(baseFeeGwei * 10 ** 9),
        transactions: [],
      },
    }
  }
  return node
}

/** Checks the chain behind some nodes, with a cap of 10 gwei; gives what was noted. */
async function check(nodes: readonly ScriptedNode[], submission: 'direct' | 'relayed' = 'direct') {
  const rpc = createRpcPool({ ...usualRpc, urls: nodes.map(({ url }) => url), chainId: 14800, patienceMs: 0 })
  cleanups.push(() => rpc.close())
  const fees = createFees({
    ...usualFees,
    rpc,
    feed: createBlockFeed({ rpc, pollIntervalMs: 250 }),
    maxFeePerGasWei: 10n ** 10n,
  })
  const notes: string[] = []
  const note = (text: string): void => void notes.push(text)
  await checkChain({ rpc, fees }, { submission, note, signal: new AbortController().signal })
  return notes
}

describe('the look at the chain before anything is paid', () => {
  it('says nothing when all is well', async () => {
    expect(await check([await startNode(), await startNode()])).toEqual([])
  })

  it('notes an endpoint that is down while another can be used', async () => {
    const down = await startNode()
    await down.stop()
    const notes = await check([await startNode(), down])
    expect(notes).toEqual([expect.stringContaining(down.url)])
  })

  it('refuses an endpoint of another chain, though the others are right', async () => {
    const checking = check([await startNode(), await startNode({ chainId: 1480 })])
    await expect(checking).rejects.toMatchObject({ code: 'CHAIN_WRONG_ID' })
  })

  it('refuses a chain of which no endpoint is up', async () => {
    const down = await startNode()
    await down.stop()
    await expect(check([down])).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' })
  })

  it('refuses a chain whose newest block cannot be', async () => {
    const checking = check([await startNode({ aheadSeconds: 900 })])
    await expect(checking).rejects.toMatchObject({ code: 'CHAIN_HEAD_MISMATCH' })
  })

  it('refuses gas above what the run may pay, unless a relayer pays', async () => {
    const dear = await startNode({ baseFeeGwei: 20 })
    await expect(check([dear])).rejects.toMatchObject({ code: 'CHAIN_UNDERPRICED' })
    expect(await check([dear], 'relayed')).toEqual([])
  })
})
