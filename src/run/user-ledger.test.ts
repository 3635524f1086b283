import { expect, it } from 'vitest'
import type { FlowTransaction } from '../flow/flow-record.ts'
import { createMoneyLedger } from '../wallets/money-ledger.ts'
import { createUserLedger } from './user-ledger.ts'

const calm = { mayBeRemoved: () => false }
const hashOf = (digit: string) => `0x${digit.repeat(64)}` as const
const entered = (digit: string, nonce: number) => ({
  hash: hashOf(digit),
  nonce,
  mostWei: 1n,
  isRepair: false,
})
const mined = (digit: string): FlowTransaction => ({
  hash: hashOf(digit),
  permissionId: '1',
  blockNumber: 1,
  times: null,
  gasUsed: 10,
  gasPriceWei: 2n,
})
const pending: FlowTransaction = { ...mined('a'), gasUsed: null, gasPriceWei: null, blockNumber: null }

it('settles the hash that was mined, and leaves open only what has another nonce', () => {
  const ledger = createMoneyLedger()
  const users = createUserLedger(ledger, calm)
  void users.of(0).enter(entered('a', 0))
  void users.of(0).enter(entered('b', 0))
  void users.of(0).enter(entered('c', 1))
  void users.of(1).enter(entered('d', 0))
  users.flowEnded(mined('b'))
  expect(ledger.unsettled()).toEqual([hashOf('c'), hashOf('d')])
  expect(ledger.statement(0n).spentWei).toBe(20n)
})

it('keeps every hash open of a flow that gave up waiting, and none that was never sent', () => {
  const ledger = createMoneyLedger()
  const users = createUserLedger(ledger, calm)
  const wallet = users.of(0)
  void wallet.enter(entered('a', 0))
  void wallet.enter(entered('b', 0))
  void wallet.enter(entered('c', 0))
  wallet.unsent?.(hashOf('c'))
  users.flowEnded(pending)
  expect(ledger.unsettled()).toEqual([hashOf('a'), hashOf('b')])
  users.flowEnded(null)
  expect(ledger.unsettled()).toHaveLength(2)
})

it('opens all that a nonce had when a reorganization takes back the one that was mined', () => {
  const ledger = createMoneyLedger()
  const users = createUserLedger(ledger, calm)
  void users.of(0).enter(entered('a', 0))
  void users.of(0).enter(entered('b', 0))
  users.flowEnded(mined('b'))
  expect(ledger.unsettled()).toEqual([])
  ledger.reopen()
  expect(ledger.unsettled().sort()).toEqual([hashOf('a'), hashOf('b')])
  ledger.settled(hashOf('a'), { gasUsed: 3n, effectiveGasPrice: 5n })
  expect(ledger.unsettled()).toEqual([])
  expect(ledger.statement(0n).spentWei).toBe(15n)
})
