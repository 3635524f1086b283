import { numberToHex } from 'viem'
import { afterEach, describe, expect, it } from 'vitest'
import { usualRpc } from '../../config/usual-settings.fixture.ts'
import { createRpcPool } from '../rpc/rpc-pool.ts'
import { type CallAnswer, type ScriptedNode, startScriptedNode } from '../rpc/scripted-node.fixture.ts'
import { createFeeHistory } from './fee-history.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/** Fee history as a node on a real socket tells it. */
async function historyOf(answer: (params: readonly unknown[]) => CallAnswer | undefined) {
  const node = await startScriptedNode()
  node.answer = ({ method, params }) => (method === 'eth_feeHistory' ? answer(params) : undefined)
  const rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId: 14800 })
  cleanups.push(
    () => rpc.close(),
    () => node.stop(),
  )
  return { foresee: createFeeHistory(rpc), asked: () => asked(node) }
}

const asked = (node: ScriptedNode): number => node.count('eth_feeHistory')
const head = (number = 7, baseFeePerGas = 100n) => ({
  number,
  hash: numberToHex(number, { size: 32 }),
  baseFeePerGas,
})

/** An answer about blocks up to the head, each with the share of gas used and its tip, and the base fee after them. */
function blocks(tips: readonly (readonly [used: number, tip: number])[], { newest = 7, next = 112 } = {}) {
  return {
    result: {
      oldestBlock: numberToHex(newest - tips.length + 1),
      baseFeePerGas: [...tips.map(() => numberToHex(100)), numberToHex(next)],
      gasUsedRatio: tips.map(([used]) => used),
      reward: tips.map(([, tip]) => [numberToHex(tip)]),
    },
  }
}

describe('the fee history', () => {
  it('foresees the base fee of the block after the head', async () => {
    const { foresee } = await historyOf(() => blocks([[1, 5]]))
    expect(await foresee(head())).toEqual({ baseFeeWei: 112n, tipWei: 5n })
  })

  it('is asked for the blocks up to the head, and once for each head, however many ask', async () => {
    const params: (readonly unknown[])[] = []
    const { foresee } = await historyOf((asked) => {
      params.push(asked)
      return blocks([[0.5, 5]], { newest: Number(asked[1]) })
    })
    await Promise.all(Array.from({ length: 20 }, () => foresee(head())))
    await foresee(head(8))
    expect(params).toEqual([
      ['0xa', '0x7', [50]],
      ['0xa', '0x8', [50]],
    ])
  })

  it('takes the median of the blocks that hold transactions as the tip', async () => {
    const tips: [number, number][] = [
      [0.3, 9],
      [0, 0],
      [0.1, 2],
      [0, 0],
      [1, 4],
      [0, 0],
      [0, 0],
    ]
    const { foresee } = await historyOf(() => blocks(tips))
    expect((await foresee(head()))?.tipWei).toBe(4n)
  })

  it('has no tip where nobody paid one', async () => {
    const empty = await historyOf(() => blocks([[0, 7]]))
    expect(await empty.foresee(head())).toEqual({ baseFeeWei: 112n, tipWei: undefined })
    const forNothing = await historyOf(() => blocks([[0.4, 0]]))
    expect((await forNothing.foresee(head()))?.tipWei).toBeUndefined()
  })

  it('is not asked for again of a node that does not know the method, or answers in another shape', async () => {
    const answers: (CallAnswer | undefined)[] = [
      undefined,
      { error: { code: -32004, message: 'method not supported' } },
      { result: null },
      { result: { ...blocks([[1, 5]]).result, baseFeePerGas: 'none' } },
    ]
    for (const answer of answers) {
      const { foresee, asked } = await historyOf(() => answer)
      for (const number of [7, 8, 9]) expect(await foresee(head(number))).toBeUndefined()
      expect(asked()).toBe(1)
    }
  })

  it('is asked for again at the next block when it was about another block, or could not be read this time', async () => {
    const answers: CallAnswer[] = [
      blocks([[1, 5]], { newest: 6 }),
      { error: { code: -32000, message: 'request beyond head block: requested 8, head 7' } },
      { result: { ...blocks([[1, 5]], { newest: 9 }).result, baseFeePerGas: ['0x0', '0x0'] } },
      blocks([[1, 5]], { newest: 10 }),
    ]
    const { foresee, asked } = await historyOf(() => answers.shift())
    for (const number of [7, 8, 9]) expect(await foresee(head(number))).toBeUndefined()
    expect(await foresee(head(10))).toEqual({ baseFeeWei: 112n, tipWei: 5n })
    expect(asked()).toBe(4)
  })
})
