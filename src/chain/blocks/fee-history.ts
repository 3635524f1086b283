import { LoadTestError } from '../../errors/load-test-error.ts'
import type { Block } from '../rpc/chain-reads.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import { type FeeHistory, readFeeHistory } from './read-fee-history.ts'

/** What a transaction sent now has to reckon with, wei per gas. */
export type FeeForecast = {
  /** Base fee of the block after the head, the first that the transaction can be in. */
  baseFeeWei: bigint
  /** What others have lately been mined for; `undefined` where no recent block holds a transaction that paid a tip. */
  tipWei: bigint | undefined
}

/** Blocks looked back on. A minute on Moksha, whose blocks are 6 s apart. */
const blocks = 10
/** The median of the tips in a block, weighted by gas. */
const percentile = 50

/** Says that a method does not exist, or (EIP-1474) is not supported. */
const noSuchMethod = new Set<unknown>([-32601, -32004])

/**
 * Makes a reader of fee history (`eth_feeHistory`), which asks once for each head and never once a flow.
 *
 * A node that has no such method, or whose answer cannot be read, is not asked again. One whose answer is about another
 * block (an endpoint that lags behind) or that fails is asked again for the next head.
 *
 * @returns a function that gives the forecast for the block after the head, and `undefined` where there is none; it
 * never rejects
 * @example const forecast = await createFeeHistory(rpc)(await feed.head())
 */
export function createFeeHistory(
  rpc: RpcPool,
): (head: Pick<Block, 'number' | 'hash' | 'baseFeePerGas'>) => Promise<FeeForecast | undefined> {
  let isMissing = false
  let latest: { hash: string; forecast: Promise<FeeForecast | undefined> } | undefined

  async function ask(head: Pick<Block, 'number' | 'baseFeePerGas'>): Promise<FeeForecast | undefined> {
    try {
      return toForecast(await readFeeHistory(rpc, { blocks, newest: head.number, percentile }), head)
    } catch (error) {
      isMissing ||= isForGood(error)
      return undefined
    }
  }

  return async (head) => {
    if (isMissing) return undefined
    if (latest?.hash !== head.hash) latest = { hash: head.hash, forecast: ask(head) }
    return await latest.forecast
  }
}

/** `undefined` if the history does not end with the head. */
function toForecast(
  { oldestBlock, baseFeePerGas, gasUsedRatio, reward }: FeeHistory,
  head: Pick<Block, 'number' | 'baseFeePerGas'>,
): FeeForecast | undefined {
  const baseFeeWei = baseFeePerGas.at(-1)
  const isOfHead =
    oldestBlock + gasUsedRatio.length - 1 === head.number && baseFeePerGas.at(-2) === head.baseFeePerGas
  if (baseFeeWei === undefined || !isOfHead) return undefined
  // Nodes say 0 for an empty block, which is no price at which anything was mined.
  const tips = reward.flatMap(([tip], i) => (tip !== undefined && (gasUsedRatio[i] ?? 0) > 0 ? [tip] : []))
  const tipWei = tips.toSorted((a, b) => (a < b ? -1 : 1))[Math.floor(tips.length / 2)]
  return { baseFeeWei, tipWei: tipWei === 0n ? undefined : tipWei }
}

/** An answer without a JSON-RPC code came, and was of another shape. */
function isForGood(error: unknown): boolean {
  if (!(error instanceof LoadTestError) || error.code !== 'CHAIN_RPC_ERROR') return false
  return error.details.code === undefined || noSuchMethod.has(error.details.code)
}
