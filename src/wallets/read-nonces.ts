import type { Address } from 'viem'
import { z } from 'zod'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { type RpcOutcome, unwrap } from '../chain/rpc/rpc-answer.ts'
import { parseCount } from '../chain/rpc/rpc-shapes.ts'

/** How far an account's transactions have come. */
export type AccountNonces = {
  /** Transactions in blocks. */
  mined: number
  /** Transactions in blocks and in the node's pool. */
  sent: number
}

type SignalOption = { signal?: AbortSignal | undefined }

const method = 'eth_getTransactionCount'
const countCall = (address: Address, at: 'latest' | 'pending') => ({ method, params: [address, at] })
const toCount = (outcome: RpcOutcome | undefined): number => parseCount(unwrap(outcome), method)

/** How many transactions each part of a node's pool holds: `pending`, `queued`, and with some nodes more. */
const poolSchema = z.record(
  z.string(),
  z.union([z.templateLiteral(['0x', z.hex()]).transform(Number), z.int()]),
)

/** Accounts in one HTTP request. */
const chunkSize = 50

/**
 * Reads the nonces of one account.
 *
 * @throws LoadTestError a `CHAIN_*` code; the signal's reason
 */
export async function readNoncesOf(
  rpc: RpcPool,
  address: Address,
  { signal }: SignalOption = {},
): Promise<AccountNonces> {
  const [mined, sent] = await rpc.batch([countCall(address, 'latest'), countCall(address, 'pending')], {
    signal,
  })
  return { mined: toCount(mined), sent: toCount(sent) }
}

/**
 * Makes a reader of the nonces of many accounts, some in one HTTP request, in their order.
 *
 * Of most accounts one count is enough, that which includes the pool: where it is 0, nothing is in a block either; and
 * while the node's pool holds no transaction of anyone (`txpool_status`, where a node tells), what was sent is mined. The
 * pool is looked at after the counts, in the same request: what was counted there and is gone since is in a block. Of the
 * others both counts are read.
 *
 * The reader throws a LoadTestError with a `CHAIN_*` code, and the signal's reason.
 *
 * @example const readNonces = createNonceReader(rpc); const [{ mined, sent }] = await readNonces([address])
 */
export function createNonceReader(
  rpc: RpcPool,
): (addresses: readonly Address[], options?: SignalOption) => Promise<AccountNonces[]> {
  let tellsPool = true

  async function readChunk(
    addresses: readonly Address[],
    { signal }: SignalOption,
  ): Promise<AccountNonces[]> {
    const calls = addresses.map((address) => countCall(address, 'pending'))
    const pool = tellsPool ? [{ method: 'txpool_status', params: [] }] : []
    const outcomes = await rpc.batch([...calls, ...pool], { signal })
    const sent = addresses.map((_, i) => toCount(outcomes[i]))
    const status = tellsPool ? outcomes.at(-1) : undefined
    if (status?.ok === false) tellsPool = false
    const isUnclear = (i: number): boolean => !isEmptyPool(status) && (sent[i] ?? 0) > 0
    const unclear = addresses.filter((_, i) => isUnclear(i))
    const latest = (
      await rpc.batch(
        unclear.map((address) => countCall(address, 'latest')),
        { signal },
      )
    ).map(toCount)
    return sent.map((all, i) => {
      const mined = isUnclear(i) ? (latest.shift() ?? 0) : all
      return { mined, sent: Math.max(mined, all) }
    })
  }

  return async (addresses, options = {}) => {
    const nonces: AccountNonces[] = []
    for (let at = 0; at < addresses.length; at += chunkSize) {
      nonces.push(...(await readChunk(addresses.slice(at, at + chunkSize), options)))
    }
    return nonces
  }
}

function isEmptyPool(status: RpcOutcome | undefined): boolean {
  if (status?.ok !== true) return false
  const { data = {} } = poolSchema.safeParse(status.result)
  return data.pending !== undefined && Object.values(data).every((waiting) => waiting === 0)
}
