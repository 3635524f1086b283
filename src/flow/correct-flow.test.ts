import { describe, expect, it } from 'vitest'
import { correctFlow, type FinalReceipt } from './correct-flow.ts'
import type { FlowRecord, Outcome } from './flow-record.ts'

const hashOf = (digit: string) => `0x${digit.repeat(64)}` as const
const wallet = `0x${'Ab'.repeat(20)}` as const
const stranger = `0x${'cd'.repeat(20)}` as const

const times = { sentMs: 1, acceptedMs: 2, blockMs: 3, seenMs: 4, blockTimestamp: 1000 }
const mined: NonNullable<FlowRecord['tx']> = {
  hash: hashOf('a'),
  permissionId: '7',
  blockNumber: 40,
  gasUsed: 900,
  gasPriceWei: 5n,
  times,
}
const givenUp: NonNullable<FlowRecord['tx']> = {
  hash: hashOf('a'),
  permissionId: null,
  blockNumber: null,
  gasUsed: null,
  gasPriceWei: null,
  times: { ...times, blockMs: null, seenMs: null, blockTimestamp: null },
}

function flow(outcome: Outcome, tx: FlowRecord['tx'] = mined): FlowRecord {
  const isFailure = outcome === 'failed'
  return {
    index: 3,
    wallet,
    dueMs: 0,
    startedMs: 0,
    endedMs: 9,
    outcome,
    steps: {},
    tx,
    verified: null,
    error: isFailure ? { code: 'SERVER_FAILED', step: 'request', message: 'no', retriable: true } : null,
    droppedBecause: null,
  }
}

const receipt = (changes: Partial<FinalReceipt> = {}): FinalReceipt => ({
  transactionHash: hashOf('a'),
  blockNumber: 40,
  status: 'success',
  blockTimestamp: 1000,
  gasUsed: 900n,
  effectiveGasPrice: 5n,
  permission: { permissionId: 7n, user: wallet },
  ...changes,
})

describe('correctFlow', () => {
  it('keeps a record that matches the chain or has no transaction', () => {
    expect(correctFlow(flow('succeeded'), receipt())).toBeNull()
    expect(correctFlow(flow('failed', givenUp), null)).toBeNull()
    expect(correctFlow(flow('failed', null), null)).toBeNull()
  })

  it.each(['succeeded', 'degraded'] as const)(
    'turns a flow that %s into a failure if its transaction is gone',
    (outcome) => {
      const correction = correctFlow(flow(outcome), null)
      expect(correction).toMatchObject({
        kind: 'lost',
        record: { outcome: 'failed', tx: givenUp, error: { code: 'TX_REORGED', step: 'confirm' } },
      })
      expect(correction?.record.error?.message).toMatch(/block 40 .*; it is in no block now\.$/)
    },
  )

  it.each([
    ['reverted in its next block', receipt({ blockNumber: 42, status: 'reverted', permission: null })],
    [
      'granted for another user',
      receipt({ blockNumber: 42, permission: { permissionId: 8n, user: stranger } }),
    ],
  ])('turns a flow into a failure if its transaction %s', (_, found) => {
    expect(correctFlow(flow('succeeded'), found)).toMatchObject({
      kind: 'lost',
      record: {
        outcome: 'failed',
        error: { code: 'TX_REORGED' },
        tx: { blockNumber: 42, permissionId: null, gasUsed: 900 },
      },
    })
  })

  it("records the transaction's final block, permission, price and hash", () => {
    const permission = { permissionId: 9n, user: wallet }
    const found = { blockNumber: 42, effectiveGasPrice: 6n, blockTimestamp: 1002, permission }
    expect(correctFlow(flow('succeeded'), receipt({ ...found, transactionHash: hashOf('b') }))).toEqual({
      kind: 'moved',
      record: {
        ...flow('succeeded'),
        tx: {
          hash: hashOf('b'),
          permissionId: '9',
          blockNumber: 42,
          gasUsed: 900,
          gasPriceWei: 6n,
          times: { ...times, blockTimestamp: 1002 },
        },
      },
    })
  })

  it('keeps how a failed flow ended, whatever happened to its transaction', () => {
    const failed = flow('failed')
    expect(correctFlow(failed, null)).toEqual({ kind: 'lost', record: { ...failed, tx: givenUp } })
    const late = correctFlow(flow('failed', givenUp), receipt())
    expect(late).toMatchObject({
      kind: 'late',
      record: {
        outcome: 'failed',
        error: { code: 'SERVER_FAILED' },
        tx: { permissionId: '7', blockNumber: 40 },
      },
    })
  })
})
