import type { Address } from 'viem'
import { parseCount } from '../chain/chain-reads.ts'
import type { RpcPool } from '../chain/rpc-pool.ts'

/** How far an account's transactions have come. */
export type AccountNonces = {
  /** Transactions in blocks. */
  mined: number
  /** Transactions in blocks and in the node's pool. */
  sent: number
}

/** Accounts in one HTTP request. */
const chunkSize = 50

/**
 * Reads the nonces of many accounts, some in one HTTP request, in their order.
 *
 * @throws LoadTestError a `CHAIN_*` code; the signal's reason
 */
export async function readNonces(
  rpc: RpcPool,
  addresses: readonly Address[],
  signal?: AbortSignal,
): Promise<AccountNonces[]> {
  const method = 'eth_getTransactionCount'
  const nonces: AccountNonces[] = []
  for (let at = 0; at < addresses.length; at += chunkSize) {
    const calls = addresses.slice(at, at + chunkSize).flatMap((address) => [
      { method, params: [address, 'latest'] },
      { method, params: [address, 'pending'] },
    ])
    const counts = (await rpc.batch(calls, { signal })).map((outcome) => {
      if (!outcome.ok) throw outcome.error
      return parseCount(outcome.result, method)
    })
    for (let i = 0; i < counts.length; i += 2) {
      const [mined = 0, sent = 0] = counts.slice(i, i + 2)
      nonces.push({ mined, sent })
    }
  }
  return nonces
}
