import { type Hash, type Hex, isHex, numberToHex } from 'viem'
import { z } from 'zod'
import type { Receipt } from '../rpc/chain-reads.ts'
import type { RpcPool, RpcRequestOptions } from '../rpc/rpc.ts'
import { revertOf } from '../rpc/rpc-error.ts'
import { decodeRevert, describeRevert, outOfGas, type Revert } from './revert.ts'

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
  const call = { from, to: to ?? undefined, data, value, gas }
  try {
    await rpc.request('eth_call', [call, numberToHex(receipt.blockNumber)], options)
  } catch (error) {
    const revert = revertOf(error)
    if (revert === undefined) throw error
    // An exhausted call gives no data either, and the bare "empty" would hide it.
    if (revert.name !== 'empty') return revert
  }
  return receipt.gasUsed * 100n >= BigInt(gas) * 95n ? { ...decodeRevert('0x'), name: outOfGas } : null
}

/** Why a transaction reverted on chain, in words and decoded; `revert` is `null` where that can't be found out. */
export type RevertReason = { reason: string; revert: Revert | null }

/**
 * Says why a transaction reverted on chain, as {@link explainRevert} finds it. It never rejects, not even when the signal
 * fires: who asks has a failure to tell already, which a second one must not hide.
 *
 * @example const { reason } = await tellRevert(rpc, receipt) // 'InvalidNonce(1, 0)'
 */
export async function tellRevert(
  rpc: RpcPool,
  receipt: Parameters<typeof explainRevert>[1],
  options: RpcRequestOptions = {},
): Promise<RevertReason> {
  try {
    const revert = await explainRevert(rpc, receipt, options)
    if (revert !== null) return { reason: describeRevert(revert), revert }
    return { reason: 'its reason can not be reproduced after that block', revert: null }
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error)
    return { reason: `the reason can not be read (${trouble})`, revert: null }
  }
}

async function readTransaction(
  rpc: RpcPool,
  hash: Hash,
  options: RpcRequestOptions,
): Promise<z.output<typeof transactionSchema> | undefined> {
  const answer = await rpc.request('eth_getTransactionByHash', [hash], options)
  return transactionSchema.safeParse(answer).data
}
