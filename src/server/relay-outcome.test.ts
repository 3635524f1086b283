import { describe, expect, it } from 'vitest'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import type { RelayedTransaction } from './relay-flight.ts'
import { createRelayOutcomes } from './relay-outcome.ts'

const hash = `0x${'ab'.repeat(32)}` as const

/** A node that has no receipt, then one of a success; it may fail once before. */
function nodeWith({ receiptAfter = 0, failures = 0 } = {}) {
  const state = { reads: 0, failures }
  const rpc = {
    async request(method: string) {
      expect(method).toBe('eth_getTransactionReceipt')
      state.reads += 1
      if (state.failures > 0) {
        state.failures -= 1
        throw new Error('no answer')
      }
      if (state.reads <= receiptAfter) return null
      return {
        transactionHash: hash,
        blockHash: hash,
        blockNumber: '0x7',
        status: '0x1',
        gasUsed: '0x5208',
        from: `0x${'00'.repeat(20)}`,
        to: null,
        logs: [],
        effectiveGasPrice: '0x1',
      }
    },
  } as Partial<RpcPool> as RpcPool
  return { outcomeOf: createRelayOutcomes(rpc), state }
}

const minedIn = (blockNumber: number): RelayedTransaction => ({ hash, state: 'mined', blockNumber })

describe('what became of a relayed transaction', () => {
  it('is known without a call while it is in no block, and when it never will be', async () => {
    const { outcomeOf, state } = nodeWith()
    expect(await outcomeOf({ hash, state: 'pending' })).toEqual({ hash, state: 'pending' })
    expect(await outcomeOf({ hash, state: 'dropped', blockNumber: 3 })).toEqual({ hash, state: 'dropped' })
    expect(state.reads).toBe(0)
  })

  it('is read once for all who ask, and anew when another block holds it', async () => {
    const { outcomeOf, state } = nodeWith()
    const transaction = minedIn(7)
    await Promise.all([outcomeOf(transaction), outcomeOf(transaction), outcomeOf(transaction)])
    expect(await outcomeOf(transaction)).toEqual({ hash, state: 'mined' })
    expect(state.reads).toBe(1)
    transaction.blockNumber = 9
    await outcomeOf(transaction)
    expect(state.reads).toBe(2)
  })

  it('stays open while the node has no receipt, and is asked for again after a failure', async () => {
    const late = nodeWith({ receiptAfter: 1 })
    const transaction = minedIn(7)
    expect(await late.outcomeOf(transaction)).toEqual({ hash, state: 'pending' })
    expect(await late.outcomeOf(transaction)).toEqual({ hash, state: 'mined' })
    const failing = nodeWith({ failures: 1 })
    await expect(failing.outcomeOf(transaction)).rejects.toThrow('no answer')
    expect(await failing.outcomeOf(transaction)).toEqual({ hash, state: 'mined' })
  })
})
