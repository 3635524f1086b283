import { describe, expect, it } from 'vitest'
import type { SeenBlock } from '../chain/blocks/seen-block.ts'
import type { MoneySettlement } from '../results/money-balance.ts'
import { settleForGood } from './settle-for-good.ts'

const { signal } = new AbortController()

/** A run whose steps are written down; `swept` is what each round finds to be swept in all. */
async function settle({ reorgs, swept }: { reorgs: number; swept: string[] }) {
  const done: string[] = []
  const settlement = await settleForGood({
    feed: { head: async () => ({ number: 5 }) as SeenBlock },
    lane: { drain: async () => void done.push('drain') },
    ledger: { reopen: () => void done.push('reopen') },
    reorgs: {
      count: () => reorgs,
      async bury(number) {
        done.push(`bury ${number}`)
        return true
      },
    },
    async settle(): Promise<MoneySettlement> {
      done.push('settle')
      const sweptWei = swept.shift() ?? 'more'
      return { statement: { fundedWei: '9', spentWei: '1', sweptWei, leftWei: '0' }, problems: [] }
    },
    signal,
  })
  return { done, sweptWei: settlement.statement.sweptWei }
}

const round = ['bury 5', 'drain', 'reopen', 'settle']

describe('the money of a run', () => {
  it('is settled once, without waiting, on a chain that took nothing back', async () => {
    expect(await settle({ reorgs: 0, swept: ['8'] })).toEqual({ done: ['settle'], sweptWei: '8' })
  })

  it('is settled again from the receipts as they are then, until two rounds give the same', async () => {
    expect(await settle({ reorgs: 1, swept: ['8', '8'] })).toEqual({
      done: [...round, ...round],
      sweptWei: '8',
    })
    const changed = await settle({ reorgs: 1, swept: ['8', '6', '7', '7'] })
    expect(changed).toEqual({ done: Array.from({ length: 4 }, () => round).flat(), sweptWei: '7' })
  })

  it('is settled some times at most', async () => {
    const { done } = await settle({ reorgs: 1, swept: ['1', '2', '3', '4', '5', '6', '7', '8'] })
    expect(done.filter((one) => one === 'settle')).toHaveLength(6)
  })
})
