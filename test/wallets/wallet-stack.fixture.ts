import type { Address, Hex } from 'viem'
import { createBlockFeed } from '../../src/chain/block-feed.ts'
import { createFees, type FeePolicy } from '../../src/chain/fees.ts'
import { Lane } from '../../src/chain/lane.ts'
import { ReceiptHub } from '../../src/chain/receipt-hub.ts'
import { createRpcPool, type RpcPoolOptions } from '../../src/chain/rpc-pool.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import type { AnvilOptions } from '../../src/testbed/chain/start-anvil.ts'
import { type RunningChain, startChain } from '../../src/testbed/chain/start-chain.ts'
import type { BatchPayer } from '../../src/wallets/pay-batch.ts'
import { createPayer, type Payer } from '../../src/wallets/payer.ts'
import { createSpendingLimit } from '../../src/wallets/spending-limit.ts'
import { TestWalletManager } from '../../src/wallets/test-wallet-manager.ts'
import { findAbilities, type MoneyContracts, type WalletChain } from '../../src/wallets/wallet-chain.ts'

/** The words that stand in every tutorial; other indexes than the development accounts' own branch are fresh. */
export const mnemonic = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

/** A real chain with the testbed's contracts, and wallets over it. */
export type WalletStack = WalletChain & {
  anvil: RunningChain
  manager: TestWalletManager
  /** The development funder, or another key. */
  payer(key?: Hex, timeoutMs?: number): Payer
  /** What batches are paid with. */
  batchPayer(options?: {
    maxSpendWei?: bigint
    contracts?: MoneyContracts
    payer?: Payer
  }): Promise<BatchPayer>
  balance(address: Address): Promise<bigint>
  stop(): Promise<void>
}

/** Starts the chain, and puts the wallets over it; everything made by it is stopped by `stop`. */
export async function startWalletStack(
  options: { anvil?: AnvilOptions; rpc?: Partial<RpcPoolOptions>; fees?: FeePolicy; rpcUrl?: string } = {},
): Promise<WalletStack> {
  const anvil = await startChain({ blockTime: 'instant', ...options.anvil })
  const rpc = createRpcPool({
    urls: [options.rpcUrl ?? anvil.rpcUrl],
    chainId: anvil.chainId,
    ...options.rpc,
  })
  const feed = createBlockFeed({ rpc, pollIntervalMs: 20 })
  const fees = createFees({ rpc, feed, ...options.fees })
  const hub = new ReceiptHub({ rpc, feed })
  const chain = { rpc, feed, fees, hub }
  const lanes: Lane[] = []
  const payer = (key: Hex = anvil.accounts.funder.privateKey, timeoutMs = 30_000): Payer => {
    const lane = new Lane({ rpc, feed, fees, account: toNativeAccount(key) })
    lanes.push(lane)
    return createPayer({ rpc, hub, lane, timeoutMs })
  }
  return {
    ...chain,
    anvil,
    manager: new TestWalletManager({ mnemonic, chain, contracts: anvil.contracts }),
    payer,
    async batchPayer({ maxSpendWei = 10n ** 22n, contracts = anvil.contracts, payer: given = payer() } = {}) {
      const abilities = await findAbilities(chain, contracts)
      return { chain, abilities, payer: given, limit: createSpendingLimit(maxSpendWei) }
    },
    balance: (address) => anvil.client.getBalance({ address }),
    async stop() {
      for (const lane of lanes) lane.close()
      hub.close()
      feed.close()
      await rpc.close()
      await anvil.stop()
    },
  }
}
