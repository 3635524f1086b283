import { parseEther } from 'viem'
import { createBlockFeed } from '../../src/chain/block-feed.ts'
import { createFees } from '../../src/chain/fees.ts'
import { Lane } from '../../src/chain/lane.ts'
import { ReceiptHub } from '../../src/chain/receipt-hub.ts'
import { createRpcPool } from '../../src/chain/rpc-pool.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { contractAddresses } from '../../src/testbed/chain/contract-addresses.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { createPayer } from '../../src/wallets/payer.ts'
import { TestWalletManager } from '../../src/wallets/test-wallet-manager.ts'
import { mnemonic } from './wallet-stack.fixture.ts'

/** A process that funds or sweeps wallets, to be killed while it does. */
const [action, rpcUrl = '', count = '', way, journalPath] = process.argv.slice(2)

const rpc = createRpcPool({ urls: [rpcUrl], chainId: 14_800 })
const feed = createBlockFeed({ rpc, pollIntervalMs: 50 })
const fees = createFees({ rpc, feed })
const hub = new ReceiptHub({ rpc, feed })
const lane = new Lane({ rpc, feed, fees, account: toNativeAccount(devAccounts.funder.privateKey) })
const payer = createPayer({ rpc, hub, lane })
const manager = new TestWalletManager({
  mnemonic,
  chain: { rpc, feed, fees, hub },
  contracts: way === 'multicall3' ? contractAddresses : {},
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
