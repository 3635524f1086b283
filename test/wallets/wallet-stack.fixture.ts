import type { Address, Hex } from 'viem'
import { createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import { ReceiptHub } from '../../src/chain/blocks/receipt-hub.ts'
import { Lane } from '../../src/chain/lanes/lane.ts'
import type { RpcPoolOptions } from '../../src/chain/rpc/rpc.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { createFees, type FeePolicy } from '../../src/chain/transactions/fees.ts'
import { usualFees, usualRpc } from '../../src/config/usual-settings.fixture.ts'
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

/** Wallets over a chain, as one process sees it. */
export type WalletView = WalletChain & {
  manager: TestWalletManager
  /** The development funder, or another key. */
  payer(key?: Hex, timeoutMs?: number): Payer
}

/** A real chain with the testbed's contracts, and wallets over it. */
export type WalletStack = WalletView & {
  anvil: RunningChain
  /** Another process's view of the same chain, through a node at this URL. */
  through(rpcUrl: string): WalletView
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
  options: { anvil?: AnvilOptions; rpc?: Partial<RpcPoolOptions>; fees?: Partial<FeePolicy> } = {},
): Promise<WalletStack> {
  const anvil = await startChain({ blockTime: 'instant', ...options.anvil })
  const closing: (() => unknown)[] = []

  function through(rpcUrl: string): WalletView {
    const rpc = createRpcPool({ ...usualRpc, urls: [rpcUrl], chainId: anvil.chainId, ...options.rpc })
    const feed = createBlockFeed({ rpc, pollIntervalMs: 20 })
    const fees = createFees({ ...usualFees, rpc, feed, ...options.fees })
    const hub = new ReceiptHub({ rpc, feed })
    const chain = { rpc, feed, fees, hub }
    closing.push(rpc.close, feed.close, () => hub.close())
    return {
      ...chain,
      manager: new TestWalletManager({ mnemonic, chain, contracts: anvil.contracts }),
      payer(key = anvil.accounts.funder.privateKey, timeoutMs = 30_000) {
        const lane = new Lane({ rpc, feed, fees, account: toNativeAccount(key) })
        closing.push(() => lane.close())
        return createPayer({ rpc, hub, lane, timeoutMs })
      },
    }
  }

  const view = through(anvil.rpcUrl)
  return {
    ...view,
    anvil,
    through,
    async batchPayer({
      maxSpendWei = 10n ** 22n,
      contracts = anvil.contracts,
      payer: given = view.payer(),
    } = {}) {
      const abilities = await findAbilities(view, contracts)
      return { chain: view, abilities, payer: given, limit: createSpendingLimit(maxSpendWei) }
    },
    balance: (address) => anvil.client.getBalance({ address }),
    async stop() {
      for (const close of closing.reverse()) await close()
      await anvil.stop()
    },
  }
}
