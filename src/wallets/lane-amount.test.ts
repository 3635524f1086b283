import fc from 'fast-check'
import { parseEther, parseGwei } from 'viem'
import { describe, expect, it } from 'vitest'
import { firstFlowGas } from '../chain/transactions/first-flow-gas.ts'
import { flowsOf, laneAmount } from './lane-amount.ts'

const plans = fc.record({
  users: fc.integer({ min: 1, max: 1_000_000 }),
  lanes: fc.integer({ min: 1, max: 1000 }),
  maxFeePerGasWei: fc.bigInt({ min: 1n, max: parseGwei('1000') }),
})

describe('what each lane is funded with', () => {
  it('pays for all users, each lane its even share and one flow more', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const flowWei = firstFlowGas * plan.maxFeePerGasWei
        const amount = laneAmount(plan)
        expect(amount >= BigInt(Math.ceil(plan.users / plan.lanes) + 1) * flowWei).toBe(true)
        const all = Array.from({ length: plan.lanes }, () => amount)
        expect(flowsOf(all, plan.maxFeePerGasWei)).toBeGreaterThanOrEqual(plan.users + plan.lanes)
      }),
    )
  })

  it('is one digit, and so at most twice what is needed', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const needed = BigInt(Math.ceil(plan.users / plan.lanes) + 1) * firstFlowGas * plan.maxFeePerGasWei
        expect(String(laneAmount(plan))).toMatch(/^[1-9]0*$/)
        expect(laneAmount(plan) < 2n * needed).toBe(true)
      }),
    )
  })

  it('is the same when the price has moved a little', () => {
    const at = (gwei: string) => laneAmount({ users: 100, lanes: 4, maxFeePerGasWei: parseGwei(gwei) })
    expect(['1.9', '2', '2.09'].map(at)).toEqual(Array(3).fill(parseEther('0.09')))
  })
})

describe('how many flows lanes can pay for', () => {
  it('counts each lane alone: what two have left over makes no flow', () => {
    expect(flowsOf([firstFlowGas * 3n, firstFlowGas - 1n, firstFlowGas * 2n - 1n], 1n)).toBe(4)
    expect(flowsOf([], 1n)).toBe(0)
  })
})
