import { parseEther } from 'viem'
import { createBlockFeed } from '../../dist/chain/blocks/block-feed.js'
import { ReceiptHub } from '../../dist/chain/blocks/receipt-hub.js'
import { Lane } from '../../dist/chain/lanes/lane.js'
import { createRpcPool } from '../../dist/chain/rpc/rpc-pool.js'
import { createFees } from '../../dist/chain/transactions/fees.js'
import { deployedContracts } from '../../dist/config/moksha.js'
import { toNativeAccount } from '../../dist/crypto/native-account.js'
import { devAccounts } from '../../dist/testbed/chain/dev-accounts.js'
import { createPayer } from '../../dist/wallets/payer.js'
import { TestWalletManager } from '../../dist/wallets/test-wallet-manager.js'

/** A process that funds or sweeps wallets, to be killed while it does; it starts quickly, from the compiled program. */
const [action, rpcUrl, mnemonic, count, way, journalPath] = process.argv.slice(2)

const rpc = createRpcPool({ urls: [rpcUrl], chainId: 14_800, timeoutMs: 15_000, patienceMs: 30_000 })
const feed = createBlockFeed({ rpc, pollIntervalMs: 50 })
const fees = createFees({ rpc, feed, baseFeeMultiplier: 2 })
const hub = new ReceiptHub({ rpc, feed })
const lane = new Lane({ rpc, feed, fees, account: toNativeAccount(devAccounts.funder.privateKey) })
const payer = createPayer({ rpc, hub, lane })
const manager = new TestWalletManager({
  mnemonic,
  chain: { rpc, feed, fees, hub },
  contracts: way === 'multicall3' ? deployedContracts : {},
})
const range = { from: 0, count: Number(count) }

if (action === 'fund') {
  await manager.fund({
    ranges: [range],
    amountWei: parseEther('0.1'),
    payer,
    maxSpendWei: parseEther('100'),
    journalPath,
    // Many small transactions, so that there is much that can be torn apart.
    maxGasPerTransaction: 250_000n,
  })
} else {
  await manager.sweep({ range, to: payer.address, concurrency: 8 })
}
process.stdout.write('done\n')
await lane.close()
hub.close()
feed.close()
await rpc.close()
