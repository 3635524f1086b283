import { setMaxListeners } from 'node:events'
import { createBlockFeed } from '../../chain/blocks/block-feed.ts'
import { checkHead } from '../../chain/blocks/check-head.ts'
import { ReceiptHub } from '../../chain/blocks/receipt-hub.ts'
import { Lane } from '../../chain/lanes/lane.ts'
import { createRpcPool } from '../../chain/rpc/rpc-pool.ts'
import { createFees } from '../../chain/transactions/fees.ts'
import { toNativeAccount } from '../../crypto/native-account.ts'
import { noticeOthers } from '../../wallets/notice-others.ts'
import { createPayer, type Payer } from '../../wallets/payer.ts'
import type { WalletChain } from '../../wallets/wallet-chain.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { funderKey } from './funder-key.ts'
import type { ChainTarget } from './wallet-home.ts'
import type { WalletOptions } from './wallet-options.ts'

/** The chain, for commands that move funds. */
export type OpenChain = {
  chain: WalletChain
  /**
   * Checks the chain before funds move. A problem of one endpoint among others is only a note.
   *
   * @throws LoadTestError CHAIN_WRONG_ID if any endpoint serves another chain, CHAIN_UNREACHABLE, CHAIN_STALLED if it makes
   * no blocks, CHAIN_UNDERPRICED if gas costs more than the cap
   */
  checkChain(): Promise<void>
  /** The account that pays. @throws LoadTestError CONFIG_INVALID if there is no key */
  payer(): Payer
  close(): Promise<void>
}

/** Opens the chain that a command works on. */
export function openChain(options: WalletOptions, home: ChainTarget, io: CommandIo): OpenChain {
  const { chain: settings } = options
  // Every wallet that is worked on listens to it.
  setMaxListeners(0, io.signal)
  const rpc = createRpcPool({
    urls: home.rpcUrls,
    chainId: home.chainId,
    timeoutMs: settings.rpcTimeoutMs,
    patienceMs: settings.rpcPatienceMs,
  })
  const feed = createBlockFeed({ rpc, pollIntervalMs: settings.pollIntervalMs })
  const { feeMultiplier: baseFeeMultiplier, maxFeePerGasWei } = settings
  const fees = createFees({
    rpc,
    feed,
    baseFeeMultiplier,
    maxFeePerGasWei,
  })
  const hub = new ReceiptHub({ rpc, feed })
  const lanes: Lane[] = []
  const note = (text: string): void => void io.stderr.write(`${text}\n`)
  return {
    chain: { rpc, feed, fees, hub },
    async checkChain() {
      for (const { message } of await rpc.check({ signal: io.signal })) note(message)
      await checkHead(rpc, { signal: io.signal, note })
      await fees.current({ signal: io.signal })
    },
    payer() {
      const account = toNativeAccount(funderKey(options, home))
      const onRepair = noticeOthers(account.address, note)
      const lane = new Lane({ rpc, feed, fees, account, onRepair })
      lanes.push(lane)
      return createPayer({ rpc, hub, lane })
    },
    async close() {
      for (const lane of lanes) lane.close()
      hub.close()
      feed.close()
      await rpc.close()
    },
  }
}
