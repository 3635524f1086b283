import { type Address, numberToHex } from 'viem'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { unwrap } from '../chain/rpc/rpc-answer.ts'
import { parseCount } from '../chain/rpc/rpc-shapes.ts'

const method = 'eth_getTransactionCount'

/**
 * Tells which accounts have sent a transaction since a block, by its place among those given.
 *
 * @throws LoadTestError a `CHAIN_*` code, also if the node does not know the state of that block any more
 * @example const hasSpent = await findSpenders(rpc, addresses, { sinceBlock }); hasSpent[0]
 */
export async function findSpenders(
  rpc: RpcPool,
  addresses: readonly Address[],
  { sinceBlock, signal }: { sinceBlock: number; signal?: AbortSignal | undefined },
): Promise<boolean[]> {
  const calls = addresses.flatMap((address) =>
    [numberToHex(sinceBlock), 'latest'].map((at) => ({ method, params: [address, at] })),
  )
  const counts = (await rpc.batch(calls, { signal })).map((outcome) => parseCount(unwrap(outcome), method))
  return addresses.map((_, i) => (counts[2 * i] ?? 0) < (counts[2 * i + 1] ?? 0))
}
