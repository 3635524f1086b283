import type { Clock } from '../async/clock.ts'
import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import { Lane } from '../chain/lanes/lane.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { createFees, type FeePolicy } from '../chain/transactions/fees.ts'
import { toNativeAccount } from '../crypto/native-account.ts'
import type { ApiServerOptions, CompleteLimits } from './api-server-options.ts'
import { createGasBudget } from './gas-budget.ts'
import { Relay } from './relay.ts'
import { createRelayGas } from './relay-gas.ts'
import { RelayLedger } from './relay-ledger.ts'
import { createRevertBudget } from './revert-budget.ts'

/** What {@link openRelay} works with. */
export type OpenRelayOptions = Pick<
  ApiServerOptions,
  'relayerPrivateKeys' | 'contracts' | 'maxSpendWei' | 'logger'
> & {
  fees: FeePolicy
  gasMargin: number
  rpc: RpcPool
  feed: BlockFeed
  limits: CompleteLimits
  clock: Clock
}

/** A relay with its lanes and their ledger. */
export type OpenRelay = { relay: Relay; lanes: readonly Lane[]; ledger: RelayLedger }

/** Opens the relay of the API server: one lane for each key, a ledger over all of them, and the budgets of users. */
export function openRelay(options: OpenRelayOptions): OpenRelay {
  const { rpc, feed, limits, clock, logger, gasMargin, relayerPrivateKeys } = options
  const { permissions } = options.contracts
  const fees = createFees({ ...options.fees, rpc, feed, clock })
  const ledger = new RelayLedger({
    rpc,
    feed,
    capWei: options.maxSpendWei,
    onReceipt: (receipt) => relay.settle(receipt),
  })
  const lanes = relayerPrivateKeys.map((key) => {
    const account = toNativeAccount(key)
    return new Lane({
      rpc,
      feed,
      fees,
      account,
      ledger: ledger.of(account.address),
      maxPending: limits.maxPendingPerLane,
      onRepair: (note) => logger?.warn({ ...note, lane: account.address }, 'lane repaired'),
      clock,
    })
  })
  const relay = new Relay({
    lanes,
    permissions,
    gasOf: createRelayGas({ rpc, permissions, gasMargin, maxGas: limits.maxGas }),
    async requireRoom(gas) {
      const { maxFeePerGas } = await fees.current()
      ledger.requireRoom(gas * maxFeePerGas)
    },
    budget: createGasBudget(limits.gasPerUserAndHour, clock),
    revertBudget: createRevertBudget(limits.revertedGasPerUserAndHour, clock),
    maxConcurrent: limits.maxConcurrentRelays,
    clock,
  })
  return { relay, lanes, ledger }
}
