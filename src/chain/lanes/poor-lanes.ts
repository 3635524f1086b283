import { type Address, formatEther } from 'viem'
import type { BlockFeed } from '../blocks/block-feed.ts'
import { createBatchCaller } from '../rpc/batch-caller.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import { unwrap } from '../rpc/rpc-answer.ts'
import { parseAmount } from '../rpc/rpc-shapes.ts'
import { createFees } from '../transactions/fees.ts'
import { firstFlowGas } from '../transactions/first-flow-gas.ts'

/** A sending key that owns too little, in wei. */
export type PoorLane = { address: Address; balanceWei: bigint; missingWei: bigint }

/**
 * Finds the lanes that can't pay for a single flow, at the most that one offers for its gas now.
 *
 * @throws LoadTestError a `CHAIN_*` code
 * @example (await findPoorLanes({ rpc, feed, baseFeeMultiplier: 2 }, lanes)).map(poorLaneWords)
 */
export async function findPoorLanes(
  { rpc, feed, baseFeeMultiplier }: { rpc: RpcPool; feed: BlockFeed; baseFeeMultiplier: number },
  lanes: readonly Address[],
): Promise<PoorLane[]> {
  const calls = lanes.map((address) => ({ method: 'eth_getBalance', params: [address, 'latest'] }))
  const [{ maxFeePerGas }, balances] = await Promise.all([
    createFees({ rpc, feed, baseFeeMultiplier }).current(),
    createBatchCaller(rpc)(calls),
  ])
  const needWei = firstFlowGas * maxFeePerGas
  return lanes.flatMap((address, i) => {
    const balanceWei = parseAmount(unwrap(balances[i]), 'eth_getBalance')
    return balanceWei < needWei ? [{ address, balanceWei, missingWei: needWei - balanceWei }] : []
  })
}

/** Says how much to send where. */
export function poorLaneWords({ address, balanceWei, missingWei }: PoorLane): string {
  return (
    `Lane ${address} has ${formatEther(balanceWei)} VANA, too little to relay a single flow: ` +
    `it lacks ${formatEther(missingWei)} VANA for the first, and needs ${formatEther(balanceWei + missingWei)} VANA for each.`
  )
}

/** What to do about poor lanes, where their keys are. */
export const poorLanesHint = '`vana-load wallets fund --lanes` pays them what they lack.'
