import fc from 'fast-check'
import { numberToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../async/manual-clock.fixture.ts'
import { usualFees } from '../../config/usual-settings.fixture.ts'
import type { BlockFeed } from '../blocks/block-feed.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import { toChainError } from '../rpc/rpc-error.ts'
import { createFees, type FeePolicy } from './fees.ts'

const gwei = 10n ** 9n

type History = { next: bigint; used: number; tip: bigint }

/** Fees over a head with a given base fee, and a node that suggests a given tip, and may tell of its blocks. */
function feesAt(baseFee: bigint | null, policy: Partial<FeePolicy> = {}, tip = gwei) {
  const state = { baseFee, tip, tipReads: 0, history: undefined as History | undefined }
  const clock = createManualClock()
  const feed = {
    head: async () => ({ number: 7, hash: '0x07', baseFeePerGas: state.baseFee }),
  } as unknown as BlockFeed
  const rpc = {
    async request(method: string) {
      if (method === 'eth_feeHistory') return history()
      state.tipReads += 1
      return numberToHex(state.tip)
    },
  } as Partial<RpcPool> as RpcPool
  function history(): unknown {
    if (state.history === undefined)
      throw toChainError({ code: -32601, message: 'unknown' }, 'eth_feeHistory')
    const { next, used, tip: reward } = state.history
    const baseFeePerGas = [numberToHex(state.baseFee ?? 0n), numberToHex(next)]
    return { oldestBlock: '0x7', baseFeePerGas, gasUsedRatio: [used], reward: [[numberToHex(reward)]] }
  }
  return { fees: createFees({ ...usualFees, rpc, feed, clock, ...policy }), state, clock }
}

describe('the fee policy', () => {
  it('leaves room for the base fee to double, on top of the tip', async () => {
    const { fees } = feesAt(10n * gwei)
    expect(await fees.current()).toEqual({
      maxFeePerGas: 21n * gwei,
      maxPriorityFeePerGas: gwei,
      blockNumber: 7,
    })
  })

  it('reckons with the base fee of the next block, and the tip that others were mined for', async () => {
    const { fees, state } = feesAt(8n * gwei)
    state.history = { next: 9n * gwei, used: 1, tip: 3n * gwei }
    expect(await fees.current()).toMatchObject({
      maxFeePerGas: 21n * gwei,
      maxPriorityFeePerGas: 3n * gwei,
    })
    expect(state.tipReads).toBe(0)
  })

  it('never offers nothing for a tip because blocks were empty: the node is asked then', async () => {
    const { fees, state } = feesAt(8n * gwei)
    state.history = { next: 7n * gwei, used: 0, tip: 0n }
    expect(await fees.current()).toMatchObject({ maxFeePerGas: 15n * gwei, maxPriorityFeePerGas: gwei })
  })

  it('compares the base fee of the next block with the cap, not that of the last one', async () => {
    const { fees, state } = feesAt(8n * gwei, { maxFeePerGasWei: (95n * gwei) / 10n, priorityFeeWei: gwei })
    state.history = { next: 9n * gwei, used: 1, tip: 0n }
    await expect(fees.current()).rejects.toMatchObject({ code: 'CHAIN_UNDERPRICED' })
  })

  it('keeps a cap to the wei, however small', async () => {
    const { fees } = feesAt(60n, { maxFeePerGasWei: 100n, priorityFeeWei: 7n })
    expect((await fees.current()).maxFeePerGas).toBe(100n)
    const cap = 123_456_789_012_345_678_901n
    expect(
      (await feesAt(cap, { maxFeePerGasWei: cap, priorityFeeWei: 0n }).fees.current()).maxFeePerGas,
    ).toBe(cap)
  })

  it('asks the node for its tip once in half a minute, not once a flow', async () => {
    const { fees, state, clock } = feesAt(gwei)
    await Promise.all(Array.from({ length: 50 }, () => fees.current()))
    expect(state.tipReads).toBe(1)
    state.tip = 3n * gwei
    await clock.advanceTo(30_001)
    expect((await fees.current()).maxPriorityFeePerGas).toBe(3n * gwei)
    expect(state.tipReads).toBe(2)
  })

  it('does not ask for a tip that is given', async () => {
    const { fees, state } = feesAt(gwei, { priorityFeeWei: 5n })
    expect((await fees.current()).maxPriorityFeePerGas).toBe(5n)
    expect(state.tipReads).toBe(0)
  })

  it('never goes above the cap, and says so clearly when the chain asks for more', async () => {
    expect((await feesAt(10n * gwei, { maxFeePerGasWei: 12n * gwei }).fees.current()).maxFeePerGas).toBe(
      12n * gwei,
    )
    await expect(
      feesAt(12n * gwei, { maxFeePerGasWei: (125n * gwei) / 10n }).fees.current(),
    ).rejects.toMatchObject({
      code: 'CHAIN_UNDERPRICED',
      message: 'The chain asks for 13 gwei per gas, above the cap of 12.5 gwei.',
    })
  })

  it('needs a chain with a base fee', async () => {
    await expect(feesAt(null).fees.current()).rejects.toMatchObject({ code: 'CHAIN_RPC_ERROR' })
  })

  it('always pays at least base fee and tip, and within the cap', async () => {
    const wei = fc.bigInt({ min: 0n, max: 10n ** 12n })
    await fc.assert(
      fc.asyncProperty(
        wei,
        wei,
        fc.double({ min: 0, max: 5, noNaN: true }),
        async (base, tip, multiplier) => {
          const cap = 900n * gwei
          const { fees } = feesAt(base, {
            priorityFeeWei: tip,
            baseFeeMultiplier: multiplier,
            maxFeePerGasWei: cap,
          })
          const quote = await fees.current().catch(() => undefined)
          if (quote === undefined) expect(base + tip).toBeGreaterThan(cap)
          else {
            expect(quote.maxFeePerGas).toBeGreaterThanOrEqual(base + tip)
            expect(quote.maxFeePerGas).toBeLessThanOrEqual(cap)
            expect(quote.maxPriorityFeePerGas).toBeLessThanOrEqual(quote.maxFeePerGas)
          }
        },
      ),
    )
  })
})

describe('replacement fees', () => {
  it('are at least an eighth higher in both parts, however small, and not below the current ones', async () => {
    const wei = fc.bigInt({ min: 0n, max: 10n ** 12n })
    await fc.assert(
      fc.asyncProperty(wei, wei, async (maxFeePerGas, maxPriorityFeePerGas) => {
        const { fees } = feesAt(10n, { priorityFeeWei: 3n })
        const bumped = await fees.bump({ maxFeePerGas, maxPriorityFeePerGas })
        expect(bumped.maxFeePerGas * 8n).toBeGreaterThanOrEqual(maxFeePerGas * 9n)
        expect(bumped.maxPriorityFeePerGas * 8n).toBeGreaterThanOrEqual(maxPriorityFeePerGas * 9n)
        expect(bumped.maxFeePerGas).toBeGreaterThan(maxFeePerGas)
        expect(bumped.maxFeePerGas).toBeGreaterThanOrEqual(23n)
      }),
    )
  })

  it('are refused above the cap', async () => {
    const { fees } = feesAt(gwei, { maxFeePerGasWei: 10n * gwei })
    const previous = { maxFeePerGas: 9n * gwei, maxPriorityFeePerGas: gwei }
    await expect(fees.bump(previous)).rejects.toMatchObject({ code: 'CHAIN_UNDERPRICED' })
  })
})
