import type { Hex } from 'viem'
import { type BlockFeed, createBlockFeed } from '../../src/chain/block-feed.ts'
import { createFees, type FeePolicy, type Fees } from '../../src/chain/fees.ts'
import { Lane, type LaneNote, type LaneOptions } from '../../src/chain/lane.ts'
import { ReceiptHub } from '../../src/chain/receipt-hub.ts'
import { createRpcPool, type RpcPool, type RpcPoolOptions } from '../../src/chain/rpc-pool.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { type AnvilOptions, type RunningAnvil, startAnvil } from '../../src/testbed/chain/start-anvil.ts'

/** A real anvil and the chain room's parts over it. */
export type ChainStack = {
  anvil: RunningAnvil
  rpc: RpcPool
  feed: BlockFeed
  fees: Fees
  hub: ReceiptHub
  /** Makes another lane, with a development key unless told. */
  lane(options?: Partial<LaneOptions> & { key?: Hex }): Lane
  /** What lanes did to repair themselves, in order. */
  notes: LaneNote[]
  stop(): Promise<void>
}

/** Any account that owns nothing. */
export const nobody = '0x00000000000000000000000000000000000000aa' as const

/** Starts anvil and puts the chain room's parts over it; everything made by it is stopped by `stop`. */
export async function startChainStack(
  options: {
    anvil?: AnvilOptions
    rpc?: Partial<RpcPoolOptions>
    fees?: FeePolicy
    pollIntervalMs?: number
  } = {},
): Promise<ChainStack> {
  const anvil = await startAnvil(options.anvil)
  const rpc = createRpcPool({ urls: [anvil.rpcUrl], chainId: anvil.chainId, ...options.rpc })
  const feed = createBlockFeed({ rpc, pollIntervalMs: options.pollIntervalMs ?? 20 })
  const fees = createFees({ rpc, feed, ...options.fees })
  const hub = new ReceiptHub({ rpc, feed })
  const lanes: Lane[] = []
  const notes: LaneNote[] = []
  return {
    anvil,
    rpc,
    feed,
    fees,
    hub,
    notes,
    lane({ key = devAccounts.relayer.privateKey, ...laneOptions } = {}) {
      const account = toNativeAccount(key)
      const lane = new Lane({
        rpc,
        feed,
        fees,
        account,
        onRepair: (note) => notes.push(note),
        ...laneOptions,
      })
      lanes.push(lane)
      return lane
    },
    async stop() {
      for (const lane of lanes) lane.close()
      hub.close()
      feed.close()
      await rpc.close()
      await anvil.stop()
    },
  }
}
