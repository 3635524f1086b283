import { type Address, type Hash, type Hex, isHex, numberToHex } from 'viem'
import { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { EventLog } from './permission-event.ts'
import { notANode, type RpcOutcome } from './rpc-answer.ts'
import type { RpcCall, RpcPool, RpcRequestOptions } from './rpc-pool.ts'

const hex = z.custom<Hex>((value) => isHex(value), 'expected hex data')
/** At least one digit: `0x` is data, and no number. */
const digits = z.custom<Hex>((value) => isHex(value) && value.length > 2, 'expected a number in hex')
const quantity = digits.transform((value) => BigInt(value))
const smallQuantity = digits.transform(Number).refine(Number.isSafeInteger, 'expected a smaller number')

const blockSchema = z.object({
  number: smallQuantity,
  hash: hex,
  parentHash: hex,
  timestamp: smallQuantity,
  baseFeePerGas: quantity.nullish(),
  gasLimit: quantity,
  gasUsed: quantity,
  transactions: z.array(hex),
})

/** A block without the transactions' content. */
export type Block = z.output<typeof blockSchema>

const receiptSchema = z.object({
  transactionHash: hex,
  blockHash: hex,
  blockNumber: smallQuantity,
  status: digits.transform((value) => (Number(value) === 1 ? ('success' as const) : ('reverted' as const))),
  from: hex,
  to: hex.nullish(),
  gasUsed: quantity,
  effectiveGasPrice: quantity.default(0n),
  logs: z.array(z.object({ address: hex, topics: z.array(hex), data: hex })),
})

const placeSchema = z.object({ blockNumber: smallQuantity.nullish() }).nullable()

/** A transaction's receipt. */
export type Receipt = Omit<z.output<typeof receiptSchema>, 'logs'> & { logs: readonly EventLog[] }

const feeHistorySchema = z.object({
  oldestBlock: smallQuantity,
  baseFeePerGas: z.array(quantity),
  gasUsedRatio: z.array(z.number()),
  // Nodes leave it out, or say null, where there is no block to tell of.
  reward: z
    .array(z.array(quantity))
    .nullish()
    .transform((rows) => rows ?? []),
})

/** What consecutive blocks cost; of base fees there is one more, that of the block after them. */
export type FeeHistory = z.output<typeof feeHistorySchema>

/** A call or a transaction to be. */
export type CallRequest = { from?: Address; to: Address; data?: Hex; value?: bigint; gas?: bigint }

/**
 * Reads a block; `null` if the node does not have it.
 *
 * @example const head = await readBlock(rpc, 'latest', { signal })
 */
export async function readBlock(
  rpc: RpcPool,
  which: number | 'latest' | { hash: Hash },
  options?: RpcRequestOptions,
): Promise<Block | null> {
  const [method, id] =
    typeof which === 'object'
      ? ['eth_getBlockByHash', which.hash]
      : ['eth_getBlockByNumber', typeof which === 'number' ? numberToHex(which) : which]
  return parse(blockSchema.nullable(), await rpc.request(method, [id, false], options), method)
}

/**
 * Reads consecutive blocks at once; `null` in place of one that the node does not have.
 *
 * @param callAll see `createBatchCaller`
 */
export async function readBlocks(
  callAll: (calls: readonly RpcCall[]) => Promise<RpcOutcome[]>,
  from: number,
  to: number,
): Promise<(Block | null)[]> {
  const method = 'eth_getBlockByNumber'
  const calls = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => ({
    method,
    params: [numberToHex(from + i), false],
  }))
  const outcomes = await callAll(calls)
  return outcomes.map((outcome) => {
    if (!outcome.ok) throw outcome.error
    return parse(blockSchema.nullable(), outcome.result, method)
  })
}

/** Reads the number that a node answered; it may be as large as an amount of coins. */
export const parseAmount = (value: unknown, method: string): bigint => parse(quantity, value, method)

/** Reads the number that a node answered; a count, an index or an id. */
export const parseCount = (value: unknown, method: string): number => parse(smallQuantity, value, method)

/** Checks the shape of one receipt of a node; `null` stays `null`. */
export const parseReceipt = (value: unknown): Receipt | null =>
  parse(receiptSchema.nullable(), value, 'eth_getTransactionReceipt')

/** Reads a transaction's receipt; `null` while it is in no block. */
export async function readReceipt(
  rpc: RpcPool,
  hash: Hash,
  options?: RpcRequestOptions,
): Promise<Receipt | null> {
  return parseReceipt(await rpc.request('eth_getTransactionReceipt', [hash], options))
}

/** Where the node has a transaction: the number of its block, or its pool; `null` if it does not know it. */
export async function findTransaction(
  rpc: RpcPool,
  hash: Hash,
  options?: RpcRequestOptions,
): Promise<number | 'pool' | null> {
  const method = 'eth_getTransactionByHash'
  const found = parse(placeSchema, await rpc.request(method, [hash], options), method)
  return found === null ? null : (found.blockNumber ?? 'pool')
}

/** Whether the node knows a transaction, in its pool or in a block. */
export async function isKnownTransaction(
  rpc: RpcPool,
  hash: Hash,
  options?: RpcRequestOptions,
): Promise<boolean> {
  return (await findTransaction(rpc, hash, options)) !== null
}

/**
 * Reads how many transactions of an account are in blocks (`latest`, or up to the block with that number), or in blocks
 * and the pool (`pending`).
 */
export async function readTransactionCount(
  rpc: RpcPool,
  address: Address,
  at: 'latest' | 'pending' | number = 'latest',
  options?: RpcRequestOptions,
): Promise<number> {
  const method = 'eth_getTransactionCount'
  const block = typeof at === 'number' ? numberToHex(at) : at
  return parse(smallQuantity, await rpc.request(method, [address, block], options), method)
}

/** Reads an account's balance in wei. */
export async function readBalance(
  rpc: RpcPool,
  address: Address,
  options?: RpcRequestOptions,
): Promise<bigint> {
  return parse(quantity, await rpc.request('eth_getBalance', [address, 'latest'], options), 'eth_getBalance')
}

/**
 * Estimates the gas of a transaction, which also simulates it.
 *
 * @throws LoadTestError `TX_REVERTED` with the decoded reason if a contract would refuse it.
 */
export async function estimateGas(
  rpc: RpcPool,
  call: CallRequest,
  options?: RpcRequestOptions,
): Promise<bigint> {
  return parse(quantity, await rpc.request('eth_estimateGas', [toParams(call)], options), 'eth_estimateGas')
}

/**
 * A gas limit: the estimate and a share of it, since what a transaction uses may differ from its simulation.
 *
 * @example withMargin(100_000n, 0.1) // 110_000n
 */
export function withMargin(estimate: bigint, margin: number): bigint {
  return (estimate * BigInt(Math.round((1 + margin) * 1000))) / 1000n
}

/** Executes a read-only call on the latest block and gives the raw return data. */
export async function readCall(rpc: RpcPool, call: CallRequest, options?: RpcRequestOptions): Promise<Hex> {
  return parse(hex, await rpc.request('eth_call', [toParams(call), 'latest'], options), 'eth_call')
}

/** Reads the tip that the node suggests, in wei. */
export async function readPriorityFee(rpc: RpcPool, options?: RpcRequestOptions): Promise<bigint> {
  const method = 'eth_maxPriorityFeePerGas'
  return parse(quantity, await rpc.request(method, [], options), method)
}

/**
 * Reads what blocks up to the newest one have cost, fewer of them if the node does not have as many.
 *
 * @param percentile of the tips in each block, weighted by gas, from 0 to 100
 */
export async function readFeeHistory(
  rpc: RpcPool,
  blocks: number,
  newest: number,
  percentile: number,
  options?: RpcRequestOptions,
): Promise<FeeHistory> {
  const method = 'eth_feeHistory'
  const params = [numberToHex(blocks), numberToHex(newest), [percentile]]
  return parse(feeHistorySchema, await rpc.request(method, params, options), method)
}

function toParams({ value, gas, ...call }: CallRequest): Record<string, unknown> {
  return {
    ...call,
    ...(value === undefined ? {} : { value: numberToHex(value) }),
    ...(gas === undefined ? {} : { gas: numberToHex(gas) }),
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown, method: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.') || 'top'
  throw new LoadTestError(
    'CHAIN_RPC_ERROR',
    `${method}: the node's answer has another shape (at ${where}: ${issue?.message}).`,
    { hint: notANode, details: { method } },
  )
}
