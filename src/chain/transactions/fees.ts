import { formatGwei } from 'viem'
import { type Clock, systemClock } from '../../async/clock.ts'
import { raceAbort } from '../../async/race-abort.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { BlockFeed } from '../blocks/block-feed.ts'
import { createFeeHistory } from '../blocks/fee-history.ts'
import { readPriorityFee } from '../rpc/chain-reads.ts'
import type { RpcPool } from '../rpc/rpc.ts'

// What other rooms build on: createFees({ rpc, feed, ...policy }) -> Fees { current, nextBaseFee, bump }.

/** The fee fields of a transaction, wei per gas. */
export type FeeQuote = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }

/** How fees are chosen. */
export type FeePolicy = {
  /** How many times the base fee of the next block a transaction offers, for blocks after that one. */
  baseFeeMultiplier: number
  /** Tip in wei per gas. @default what recent transactions were mined for, or what the node suggests if there are none */
  priorityFeeWei?: bigint | undefined
  /** The most that is ever paid per gas, in wei, replacements included. @default unlimited */
  maxFeePerGasWei?: bigint | undefined
}

/** Fees for the next block, see {@link createFees}. */
export type Fees = {
  /**
   * Fees for a transaction sent now, with the newest block that they were made from.
   *
   * @throws LoadTestError `CHAIN_UNDERPRICED` if base fee and tip together are above the cap; other `CHAIN_*` codes
   * if the chain cannot be read; the signal's reason.
   */
  current(options?: { signal?: AbortSignal | undefined }): Promise<FeeQuote & { blockNumber: number }>
  /**
   * Base fee of the block after the head, wei per gas: what offers less than that can't be in it.
   *
   * @throws LoadTestError a `CHAIN_*` code if the chain cannot be read; the signal's reason.
   */
  nextBaseFee(options?: { signal?: AbortSignal | undefined }): Promise<bigint>
  /**
   * Fees that replace a transaction in the pool: at least an eighth above the old ones, as nodes demand, and not below
   * the current ones.
   *
   * @throws LoadTestError `CHAIN_UNDERPRICED` if that is above the cap.
   */
  bump(previous: FeeQuote, options?: { signal?: AbortSignal | undefined }): Promise<FeeQuote>
}

const tipLifetimeMs = 30_000

/**
 * Makes the EIP-1559 fee policy of a process: `maxFee = baseFee * multiplier + tip`, never above the cap.
 *
 * Both come from the node's fee history: the base fee is that of the block after the head, the tip is the median of what
 * half of each recent block was mined for. Where no recent block holds a transaction that paid a tip, the tip is what the
 * node suggests, asked every 30 s; where the node tells no history, the base fee is the head's besides. So the price is
 * read once a block and never once a flow.
 *
 * @example const fees = createFees({ rpc, feed, baseFeeMultiplier: 2 }); const quote = await fees.current({ signal })
 */
export function createFees(
  options: FeePolicy & { rpc: RpcPool; feed: BlockFeed; clock?: Clock | undefined },
): Fees {
  const { rpc, feed, baseFeeMultiplier, priorityFeeWei, maxFeePerGasWei: cap, clock = systemClock } = options
  const multiplier = BigInt(Math.round(baseFeeMultiplier * 1000))
  const foresee = createFeeHistory(rpc)
  let tip: { readAtMs: number; value: Promise<bigint> } | undefined

  async function suggestedTip(signal: AbortSignal | undefined): Promise<bigint> {
    if (tip === undefined || clock.now() - tip.readAtMs > tipLifetimeMs) {
      const value = readPriorityFee(rpc)
      tip = { readAtMs: clock.now(), value }
      value.catch(() => {
        tip = undefined
      })
    }
    return await raceAbort(tip.value, signal)
  }

  async function forecast(signal: AbortSignal | undefined) {
    const head = await feed.head({ signal })
    const { baseFeePerGas, number: blockNumber } = head
    if (typeof baseFeePerGas !== 'bigint') {
      throw new LoadTestError(
        'CHAIN_RPC_ERROR',
        'The chain has no base fee (EIP-1559), which this program needs.',
      )
    }
    const foreseen = await raceAbort(foresee(head), signal)
    return { blockNumber, baseFeeWei: foreseen?.baseFeeWei ?? baseFeePerGas, tipWei: foreseen?.tipWei }
  }

  async function current({
    signal,
  }: {
    signal?: AbortSignal | undefined
  } = {}): Promise<FeeQuote & { blockNumber: number }> {
    const { blockNumber, baseFeeWei, tipWei } = await forecast(signal)
    const maxPriorityFeePerGas = priorityFeeWei ?? tipWei ?? (await suggestedTip(signal))
    const needed = baseFeeWei + maxPriorityFeePerGas
    if (cap !== undefined && needed > cap) throw aboveCap(needed, cap)
    const wanted = (baseFeeWei * multiplier) / 1000n + maxPriorityFeePerGas
    const maxFeePerGas = cap !== undefined && wanted > cap ? cap : wanted
    return { maxFeePerGas: maxFeePerGas > needed ? maxFeePerGas : needed, maxPriorityFeePerGas, blockNumber }
  }

  return {
    current,
    nextBaseFee: async ({ signal } = {}) => (await forecast(signal)).baseFeeWei,
    async bump(previous, bumpOptions) {
      const now = await current(bumpOptions)
      const bumped = {
        maxFeePerGas: max(anEighthMore(previous.maxFeePerGas), now.maxFeePerGas),
        maxPriorityFeePerGas: max(anEighthMore(previous.maxPriorityFeePerGas), now.maxPriorityFeePerGas),
      }
      if (cap !== undefined && bumped.maxFeePerGas > cap) throw aboveCap(bumped.maxFeePerGas, cap)
      return bumped
    },
  }
}

/** Geth demands 10 %, others 12.5 %; rounded up, so that it also holds for tiny fees. */
const anEighthMore = (fee: bigint): bigint => fee + (fee + 7n) / 8n + 1n
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)

function aboveCap(needed: bigint, cap: bigint): LoadTestError {
  return new LoadTestError(
    'CHAIN_UNDERPRICED',
    `The chain asks for ${formatGwei(needed)} gwei per gas, above the cap of ${formatGwei(cap)} gwei.`,
    { details: { neededWei: needed.toString(), capWei: cap.toString() } },
  )
}
