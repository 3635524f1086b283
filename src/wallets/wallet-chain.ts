import type { Address } from 'viem'
import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import type { ReceiptHub } from '../chain/blocks/receipt-hub.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import type { Fees } from '../chain/transactions/fees.ts'
import { mainnetChainId } from '../config/moksha.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { Disperser } from './disperse-call.ts'

/** The parts of the chain room that wallets work with. */
export type WalletChain = {
  rpc: RpcPool
  feed: BlockFeed
  fees: Fees
  hub: ReceiptHub
}

/** Contracts that wallets are funded and read through, each only where it has code. */
export type MoneyContracts = {
  multicall3?: Address | undefined
  multisend?: Address | undefined
}

/** What the contracts of a chain can do for many wallets at once. */
export type ChainAbilities = {
  /** Pays many in one transaction; without it each wallet takes one of its own. */
  disperser: Disperser | undefined
  /** Reads many balances in one call. */
  multicall3: Address | undefined
}

/**
 * Finds out which of the contracts are really there. Multicall3 is preferred for paying, since it pays all or nothing;
 * Multisend skips a payment that fails without a word.
 *
 * @throws LoadTestError a `CHAIN_*` code, ABORTED
 */
export async function findAbilities(
  { rpc }: Pick<WalletChain, 'rpc'>,
  { multicall3, multisend }: MoneyContracts,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<ChainAbilities> {
  const hasCode = async (address: Address | undefined): Promise<boolean> => {
    if (address === undefined) return false
    const code = await rpc.request('eth_getCode', [address, 'latest'], { signal })
    return typeof code === 'string' && code.length > 2
  }
  const [canCall, canSend] = await Promise.all([hasCode(multicall3), hasCode(multisend)])
  const callAddress = canCall ? multicall3 : undefined
  const sendAddress = canSend ? multisend : undefined
  return {
    multicall3: callAddress,
    disperser:
      callAddress !== undefined
        ? { kind: 'multicall3', address: callAddress }
        : sendAddress !== undefined
          ? { kind: 'multisend', address: sendAddress }
          : undefined,
  }
}

/**
 * Keeps funds that are worth money where they are, unless mainnet was allowed.
 *
 * @throws LoadTestError MAINNET_REFUSED
 */
export function checkChainAllowed(chainId: number, allowMainnet: boolean): void {
  if (chainId === mainnetChainId && !allowMainnet) {
    throw new LoadTestError('MAINNET_REFUSED', `Chain ${chainId} is Vana's mainnet.`)
  }
}
