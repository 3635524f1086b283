import { type Address, type Hash, type Hex, numberToHex } from 'viem'
import { z } from 'zod'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { EventLog } from '../permissions/permission-event.ts'
import type { RpcCall, RpcPool, RpcRequestOptions } from './rpc.ts'
import type { RpcOutcome } from './rpc-answer.ts'
import { digits, hex, parseShape, quantity, smallQuantity } from './rpc-shapes.ts'

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
  effectiveGasPrice: quantity.nullish(),
  logs: z.array(z.object({ address: hex, topics: z.array(hex), data: hex })),
})

const receiptMethod = 'eth_getTransactionReceipt'

const placeSchema = z.object({ blockNumber: smallQuantity.nullish() }).nullable()

/** What a transaction offered per gas. */
const offerSchema = z.object({
  gasPrice: quantity.nullish(),
  maxFeePerGas: quantity.nullish(),
  maxPriorityFeePerGas: quantity.nullish(),
})

/** A transaction's receipt. */
export type Receipt = Omit<z.output<typeof receiptSchema>, 'logs' | 'effectiveGasPrice'> & {
  logs: readonly EventLog[]
  effectiveGasPrice: bigint
}

/** A call or a transaction to be. */
export type CallRequest = {
  from?: Address | undefined
  to: Address
  data?: Hex | undefined
  value?: bigint | undefined
  gas?: bigint | undefined
}

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
  return parseShape(blockSchema.nullable(), await rpc.request(method, [id, false], options), method)
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
    return parseShape(blockSchema.nullable(), outcome.result, method)
  })
}

/**
 * Checks the shape of one receipt of a node; `null` stays `null`. A price that the node leaves out is computed from the
 * transaction and its block, at the cost of two calls.
 *
 * @throws LoadTestError `CHAIN_RPC_ERROR` for another shape, or a price that can't be known; another `CHAIN_*` code
 */
export async function completeReceipt(
  rpc: RpcPool,
  value: unknown,
  options?: RpcRequestOptions,
): Promise<Receipt | null> {
  const receipt = parseShape(receiptSchema.nullable(), value, receiptMethod)
  if (receipt === null) return null
  const effectiveGasPrice = receipt.effectiveGasPrice ?? (await computePrice(rpc, receipt, options))
  return { ...receipt, effectiveGasPrice }
}

/** What a mined transaction paid per gas, by what it offered and the base fee of its block. */
async function computePrice(
  rpc: RpcPool,
  { transactionHash, blockHash }: Pick<Receipt, 'transactionHash' | 'blockHash'>,
  options: RpcRequestOptions | undefined,
): Promise<bigint> {
  const method = 'eth_getTransactionByHash'
  const [found, block] = await Promise.all([
    rpc.request(method, [transactionHash], options),
    readBlock(rpc, { hash: blockHash }, options),
  ])
  const offer = parseShape(offerSchema.nullable(), found, method)
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = offer ?? {}
  const baseFee = block?.baseFeePerGas
  if (
    typeof maxFeePerGas === 'bigint' &&
    typeof maxPriorityFeePerGas === 'bigint' &&
    typeof baseFee === 'bigint'
  ) {
    const wanted = baseFee + maxPriorityFeePerGas
    if (wanted > maxFeePerGas) return maxFeePerGas
    return wanted
  }
  // For a transaction with a fee cap some nodes give the cap as `gasPrice`; for any other, it is what was paid.
  if (typeof gasPrice === 'bigint' && typeof maxFeePerGas !== 'bigint') return gasPrice
  throw withoutPrice(transactionHash)
}

const withoutPrice = (hash: Hash): LoadTestError =>
  new LoadTestError(
    'CHAIN_RPC_ERROR',
    `${receiptMethod}: the receipt of ${hash} has no effectiveGasPrice, so what was spent is not known.`,
    {
      hint: 'Use another RPC endpoint: this one leaves out what a transaction cost.',
      details: { method: receiptMethod, malformed: true },
    },
  )

/** Reads a transaction's receipt; `null` while it is in no block. */
export async function readReceipt(
  rpc: RpcPool,
  hash: Hash,
  options?: RpcRequestOptions,
): Promise<Receipt | null> {
  return await completeReceipt(rpc, await rpc.request(receiptMethod, [hash], options), options)
}

/** Where the node has a transaction: the number of its block, or its pool; `null` if it does not know it. */
export async function findTransaction(
  rpc: RpcPool,
  hash: Hash,
  options?: RpcRequestOptions,
): Promise<number | 'pool' | null> {
  const method = 'eth_getTransactionByHash'
  const found = parseShape(placeSchema, await rpc.request(method, [hash], options), method)
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

/** What the cost of a transaction is computed from. */
export type GasPaid = Pick<Receipt, 'gasUsed' | 'effectiveGasPrice'>

/** What the gas of a transaction cost, in wei. */
export const gasCostWei = ({ gasUsed, effectiveGasPrice }: GasPaid): bigint => gasUsed * effectiveGasPrice

/**
 * Reads how many transactions an account has sent.
 *
 * @param options.at counts those in blocks (`latest`, or up to the block with that number), or those in blocks and the pool
 * (`pending`). @default 'latest'
 */
export async function readTransactionCount(
  rpc: RpcPool,
  address: Address,
  { at = 'latest', ...options }: RpcRequestOptions & { at?: 'latest' | 'pending' | number | undefined } = {},
): Promise<number> {
  const method = 'eth_getTransactionCount'
  const block = typeof at === 'number' ? numberToHex(at) : at
  return parseShape(smallQuantity, await rpc.request(method, [address, block], options), method)
}

/** Reads an account's balance in wei. */
export async function readBalance(
  rpc: RpcPool,
  address: Address,
  options?: RpcRequestOptions,
): Promise<bigint> {
  return parseShape(
    quantity,
    await rpc.request('eth_getBalance', [address, 'latest'], options),
    'eth_getBalance',
  )
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
  return parseShape(
    quantity,
    await rpc.request('eth_estimateGas', [toParams(call)], options),
    'eth_estimateGas',
  )
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
  return parseShape(hex, await rpc.request('eth_call', [toParams(call), 'latest'], options), 'eth_call')
}

/** Reads the tip that the node suggests, in wei. */
export async function readPriorityFee(rpc: RpcPool, options?: RpcRequestOptions): Promise<bigint> {
  const method = 'eth_maxPriorityFeePerGas'
  return parseShape(quantity, await rpc.request(method, [], options), method)
}

/** Fields without a value are left out of the JSON that is sent. */
function toParams({ value, gas, ...call }: CallRequest): Record<string, unknown> {
  return {
    ...call,
    value: value === undefined ? undefined : numberToHex(value),
    gas: gas === undefined ? undefined : numberToHex(gas),
  }
}
