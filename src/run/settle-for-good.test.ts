import { describe, expect, test } from 'vitest'
import type { BlockListener, SeenBlock } from '../chain/block-feed.ts'
import { createMoneyLedger } from '../wallets/money-ledger.ts'
import { settleForGood, watchTakenBack } from './settle-for-good.ts'
import type { MoneySettlement } from './user-wallets.ts'

const hashOf = (digit: string) => `0x${digit.repeat(64)}` as const
const { signal } = new AbortController()

/** A run whose settling and waiting are written down; `between` happens while the chain is waited for. */
function startRun({ reorgs, between }: { reorgs: number; between: (() => void)[] }) {
  const listeners = new Set<BlockListener>()
  const done: string[] = []
  const feed = {
    subscribe(listener: BlockListener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    head: async () => ({ number: 5 }) as SeenBlock,
  }
  const ledger = createMoneyLedger()
  const takenBack = watchTakenBack(feed, ledger)
  const takeBack = (...transactions: `0x${string}`[]): void => {
    for (const { onReorg } of listeners) onReorg?.([{ transactions } as unknown as SeenBlock])
  }
  const settle = async (): Promise<MoneySettlement> => {
    done.push('settle')
    return { statement: { fundedWei: null, spentWei: null, sweptWei: null, leftWei: null }, problems: [] }
  }
  const run = () =>
    settleForGood({
      ...{ feed, takenBack, settle, signal },
      lane: { drain: async () => void done.push('drain') },
      reorgs: {
        count: () => reorgs,
        async bury(number) {
          done.push(`bury ${number}`)
          between.shift()?.()
          return true
        },
      },
    })
  return { run, done, ledger, takenBack, takeBack }
}

const quiet = ['bury 5', 'drain']

describe('the money of a run', () => {
  test('is settled once, without waiting, on a chain that took nothing back', async () => {
    const { run, done } = startRun({ reorgs: 0, between: [] })
    await run()
    expect(done).toEqual(['settle'])
  })

  test('is settled again when what was swept is taken back, until it is out of reach', async () => {
    const world = startRun({ reorgs: 1, between: [() => {}, () => world.takeBack(hashOf('a'))] })
    world.ledger.swept(95n, 5n, hashOf('a'))
    await world.run()
    expect(world.done).toEqual([...quiet, 'settle', ...quiet, 'settle', ...quiet])
    expect(world.ledger.unsettled()).toEqual([hashOf('a')])
  })

  test('is settled again when a payment is taken back, and not for the transactions of others', async () => {
    const others = startRun({ reorgs: 1, between: [() => {}, () => others.takeBack(hashOf('b'))] })
    await others.run()
    expect(others.done.filter((one) => one === 'settle')).toHaveLength(1)
    const own = startRun({ reorgs: 1, between: [() => {}, () => own.takeBack(hashOf('b'))] })
    own.takenBack.watchPayment(hashOf('b'))
    await own.run()
    expect(own.done.filter((one) => one === 'settle')).toHaveLength(2)
  })

  test('is settled some times at most', async () => {
    const again = (): void => {
      world.takeBack(hashOf('b'))
    }
    const world = startRun({ reorgs: 1, between: Array.from({ length: 30 }, () => again) })
    world.takenBack.watchPayment(hashOf('b'))
    await world.run()
    expect(world.done.filter((one) => one === 'settle')).toHaveLength(5)
  })
})
