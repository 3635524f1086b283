import type { Hash } from 'viem'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { findTransaction } from '../rpc/chain-reads.ts'
import type { RpcPool, RpcRequestOptions } from '../rpc/rpc.ts'

/** What the chain knows of a transaction that was not confirmed in time. */
export type TransactionPlace =
  | { known: boolean; blockNumber: number | undefined }
  /** The chain could not be asked, and why. */
  | { known: 'unreachable'; failure: unknown }

/** Asks the chain for a transaction under all its hashes. @throws LoadTestError a `CHAIN_*` code */
export async function findPlace(
  rpc: RpcPool,
  hashes: readonly Hash[],
  request: RpcRequestOptions,
): Promise<TransactionPlace> {
  const places = await Promise.all(hashes.map((hash) => findTransaction(rpc, hash, request)))
  return {
    known: places.some((place) => place !== null),
    blockNumber: places.find((place) => typeof place === 'number'),
  }
}

/** Makes the error that ends the wait for a receipt, `TX_NOT_CONFIRMED`; it says what the chain knows. */
export function notConfirmed(hash: Hash, place: TransactionPlace, timeoutMs: number): LoadTestError {
  return new LoadTestError('TX_NOT_CONFIRMED', `${hash} ${describe(place)}, after ${timeoutMs} ms.`, {
    cause: place.known === 'unreachable' ? place.failure : undefined,
    details: { hash, known: place.known },
  })
}

function describe(place: TransactionPlace): string {
  if (place.known === 'unreachable') return 'is in no block that we saw, and the chain cannot be asked'
  if (place.blockNumber !== undefined) {
    return `is in block ${place.blockNumber}, as a node says, and has too few confirmations or no receipt`
  }
  return place.known ? 'is in no block, and still waits in the pool' : 'is in no block, and no node knows it'
}
