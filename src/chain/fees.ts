import { formatGwei, parseGwei } from 'viem'
import { type Clock, systemClock } from '../async/clock.ts'
import { raceAbort } from '../async/race-abort.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { BlockFeed } from './block-feed.ts'
import { readPriorityFee } from './chain-reads.ts'
import type { RpcPool } from './rpc-pool.ts'

// What other rooms build on: createFees({ rpc, feed, ...policy }) -> Fees { current, bump }.

/** The fee fields of a transaction, wei per gas. */
export type FeeQuote = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }

/** How fees are chosen. */
export type FeePolicy = {
  /** How often the base fee may grow by the cap before the transaction is priced out. @default 2 */
  baseFeeMultiplier?: number
  /** Tip in wei per gas, or `node` for what the node suggests, asked every 30 s. @default 'node' */
  priorityFeeWei?: bigint | 'node'
  /** The most that is ever paid per gas, in gwei, replacements included. @default unlimited */
  maxFeeGwei?: number
}

/** Fees of the current block, see {@link createFees}. */
export type Fees = {
  /**
   * Fees for a transaction sent now, with the block they were made from.
   *
   * @throws LoadTestError `CHAIN_UNDERPRICED` if base fee and tip together are above the cap; other `CHAIN_*` codes
   * if the chain cannot be read; the signal's reason.
   */
  current(options?: { signal?: AbortSignal | undefined }): Promise<FeeQuote & { blockNumber: number }>
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
 * The base fee comes from the block feed, so the price is read once a block and never once a flow.
 *
 * @example const fees = createFees({ rpc, feed, maxFeeGwei: 50 }); const quote = await fees.current({ signal })
 */
export function createFees(options: FeePolicy & { rpc: RpcPool; feed: BlockFeed; clock?: Clock }): Fees {
  const {
    rpc,
    feed,
    baseFeeMultiplier = 2,
    priorityFeeWei = 'node',
    maxFeeGwei,
    clock = systemClock,
  } = options
  const cap = maxFeeGwei === undefined ? undefined : parseGwei(String(maxFeeGwei))
  const multiplier = BigInt(Math.round(baseFeeMultiplier * 1000))
  let tip: { readAtMs: number; value: Promise<bigint> } | undefined

  async function readTip(signal: AbortSignal | undefined): Promise<bigint> {
    if (priorityFeeWei !== 'node') return priorityFeeWei
    if (tip === undefined || clock.now() - tip.readAtMs > tipLifetimeMs) {
      const value = readPriorityFee(rpc)
      tip = { readAtMs: clock.now(), value }
      value.catch(() => {
        tip = undefined
      })
    }
    return await raceAbort(tip.value, signal)
  }

  async function current({
    signal,
  }: {
    signal?: AbortSignal | undefined
  } = {}): Promise<FeeQuote & { blockNumber: number }> {
    const [head, suggested] = await Promise.all([feed.head({ signal }), readTip(signal)])
    const { baseFeePerGas, number: blockNumber } = head
    if (typeof baseFeePerGas !== 'bigint') {
      throw new LoadTestError(
        'CHAIN_RPC_ERROR',
        'The chain has no base fee (EIP-1559), which this program needs.',
      )
    }
    const maxPriorityFeePerGas = suggested
    const needed = baseFeePerGas + maxPriorityFeePerGas
    if (cap !== undefined && needed > cap) throw aboveCap(needed, cap)
    const wanted = (baseFeePerGas * multiplier) / 1000n + maxPriorityFeePerGas
    const maxFeePerGas = cap !== undefined && wanted > cap ? cap : wanted
    return { maxFeePerGas: maxFeePerGas > needed ? maxFeePerGas : needed, maxPriorityFeePerGas, blockNumber }
  }

  return {
    current,
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
