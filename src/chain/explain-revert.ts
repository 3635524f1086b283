import { type Hash, type Hex, isHex, numberToHex } from 'viem'
import { z } from 'zod'
import type { Receipt } from './chain-reads.ts'
import { decodeRevert, type Revert } from './revert.ts'
import { revertOf } from './rpc-error.ts'
import type { RpcPool, RpcRequestOptions } from './rpc-pool.ts'

const hex = z.custom<Hex>((value) => isHex(value))
const transactionSchema = z.object({
  from: hex,
  to: hex.nullish(),
  input: hex,
  value: hex,
  gas: hex,
})

/**
 * Finds out why a transaction reverted on chain, which its receipt does not say: the same call is executed again on the
 * state after its block.
 *
 * That state differs from the one it met by what came behind it in the block; a reason that lies in what came before
 * (a nonce used up, a file registered by another user) is still there. Two RPC calls, for failed transactions only.
 *
 * @returns the decoded reason; a revert named `OutOfGas` if the gas was used up (each level of calls keeps a 64th back); `null` if the call would now succeed
 * @throws LoadTestError a `CHAIN_*` code; the signal's reason.
 * @example if (receipt.status === 'reverted') console.log(await explainRevert(rpc, receipt, { signal }))
 */
export async function explainRevert(
  rpc: RpcPool,
  receipt: Pick<Receipt, 'transactionHash' | 'blockNumber' | 'gasUsed'>,
  options: RpcRequestOptions = {},
): Promise<Revert | null> {
  const transaction = await readTransaction(rpc, receipt.transactionHash, options)
  if (transaction === undefined) return null
  const { from, to, input: data, value, gas } = transaction
  const call = { from, ...(to ? { to } : {}), data, value, gas }
  try {
    await rpc.request('eth_call', [call, numberToHex(receipt.blockNumber)], options)
  } catch (error) {
    const revert = revertOf(error)
    if (revert === undefined) throw error
    // An exhausted call gives no data either, and the bare "empty" would hide it.
    if (revert.name !== 'empty') return revert
  }
  return receipt.gasUsed * 100n >= BigInt(gas) * 95n ? { ...decodeRevert('0x'), name: 'OutOfGas' } : null
}

async function readTransaction(
  rpc: RpcPool,
  hash: Hash,
  options: RpcRequestOptions,
): Promise<z.output<typeof transactionSchema> | undefined> {
  const answer = await rpc.request('eth_getTransactionByHash', [hash], options)
  return transactionSchema.safeParse(answer).data
}
