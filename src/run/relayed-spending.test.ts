import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FlowRecord } from '../flow/flow-record.ts'
import { createRelayedSpending } from './relayed-spending.ts'

type Ended = Parameters<ReturnType<typeof createRelayedSpending>['flowEnded']>[0]
const ended = (index: number, wei: bigint | null, step: string | null = null): Ended => ({
  index,
  tx: (wei === null ? null : { gasUsed: String(wei), gasPriceWei: 1n }) as FlowRecord['tx'],
  error: (step === null ? null : { step }) as FlowRecord['error'],
})
const code = (work: () => void): unknown => {
  try {
    return work()
  } catch (error) {
    return (error as { code: unknown }).code
  }
}

describe('the cap of a relayed run', () => {
  it('admits as many at once as it can pay for, and more when they turn out cheaper', () => {
    const spending = createRelayedSpending({ capWei: 100n, flowWei: 40n })
    spending.begin(0)
    spending.begin(1)
    expect(code(() => spending.begin(2))).toBe('SPENDING_CAP')
    spending.flowEnded(ended(0, 20n))
    spending.flowEnded(ended(1, 20n))
    for (const index of [3, 4, 5]) spending.begin(index)
    expect(code(() => spending.begin(6))).toBe('SPENDING_CAP')
  })

  it('counts what may have been paid though nobody saw it, and nothing for who never came so far', () => {
    const spending = createRelayedSpending({ capWei: 100n, flowWei: 40n })
    spending.begin(0)
    spending.flowEnded(ended(0, null, 'upload'))
    spending.flowEnded(ended(7, 90n))
    spending.begin(1)
    spending.flowEnded(ended(1, null, 'submit'))
    spending.begin(2)
    expect(code(() => spending.begin(3))).toBe('SPENDING_CAP')
  })

  it('is kept whatever comes when, as long as no flow costs more than was thought', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: 50n })),
        fc.bigInt({ min: 0n, max: 500n }),
        (costs, capWei) => {
          const spending = createRelayedSpending({ capWei, flowWei: 50n })
          let paid = 0n
          for (const [index, wei] of costs.entries()) {
            if (code(() => spending.begin(index)) === 'SPENDING_CAP') continue
            // Every flow but each third is still in flight when the next starts.
            if (index % 3 === 0) spending.flowEnded(ended(index, 50n))
            paid += index % 3 === 0 ? 50n : wei
          }
          expect(paid <= capWei).toBe(true)
        },
      ),
    )
  })
})
