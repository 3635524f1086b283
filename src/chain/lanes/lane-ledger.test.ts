import { expect, it } from 'vitest'
import { type EnteredTransaction, joinLedgers, type LaneLedger } from './lane-ledger.ts'

const transaction: EnteredTransaction = { nonce: 3, hash: '0xab', mostWei: 10n, isRepair: false }

it('takes back what a later book refuses, and enters nothing in those behind it', async () => {
  const told: string[] = []
  const book = (name: string): LaneLedger => ({
    enter: () => void told.push(`${name} enters`),
    unsent: (hash) => told.push(`${name} takes back ${hash}`),
  })
  const full: LaneLedger = { enter: () => Promise.reject(new Error('full')) }
  const joined = joinLedgers([book('first'), undefined, full, book('last')])
  await expect(joined.enter(transaction)).rejects.toThrow('full')
  expect(told).toEqual(['first enters', 'first takes back 0xab'])
})
