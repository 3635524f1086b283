import { expect, it } from 'vitest'
import { type EnteredTransaction, joinLedgers, type LaneLedger } from './lane-ledger.ts'

const transaction: EnteredTransaction = { nonce: 3, hash: '0xab', mostWei: 10n, isRepair: false }

it('takes back what a later ledger refuses, and enters nothing in those behind it', async () => {
  const calls: string[] = []
  const ledger = (name: string): LaneLedger => ({
    enter: () => void calls.push(`${name} enters`),
    unsent: (hash) => calls.push(`${name} takes back ${hash}`),
  })
  const full: LaneLedger = { enter: () => Promise.reject(new Error('full')) }
  const joined = joinLedgers([ledger('first'), undefined, full, ledger('last')])
  await expect(joined.enter(transaction)).rejects.toThrow('full')
  expect(calls).toEqual(['first enters', 'first takes back 0xab'])
})
