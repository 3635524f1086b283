import { createHash } from 'node:crypto'
import { LoadTestError } from '../errors/load-test-error.ts'
import { mnemonicFromEntropy } from './mnemonic.ts'

/** Where wallets are to be used. */
export type WalletHome = {
  chainId: number
  rpcUrls: readonly string[]
}

const loopbackHost = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/

/**
 * Whether this is the embedded chain: id 14800, on this very machine. Only there may keys be guessable.
 *
 * @example isEmbedded({ chainId: 14800, rpcUrls: ['http://127.0.0.1:8545'] }) // true
 */
export function isEmbedded({ chainId, rpcUrls }: WalletHome): boolean {
  return chainId === 14800 && rpcUrls.length > 0 && rpcUrls.every(isLoopback)
}

/**
 * The mnemonic that a run's seed stands for: same seed, same wallets. Anyone who knows the seed has the keys, so it is
 * given for the embedded chain alone.
 *
 * @throws LoadTestError CONFIG_INVALID anywhere but on chain 14800 at loopback
 * @example embeddedMnemonic('run-7', { chainId: 14800, rpcUrls: target.chain.rpcUrls })
 */
export function embeddedMnemonic(seed: string, home: WalletHome): string {
  if (!isEmbedded(home)) {
    throw new LoadTestError('CONFIG_INVALID', 'Wallets from a seed are for the embedded chain alone.', {
      hint: 'Make a keystore with `vana-load wallets generate`, or set VANA_LOAD_MNEMONIC.',
    })
  }
  return mnemonicFromEntropy(
    createHash('sha256').update(`vana-load wallets\0${seed}`).digest().subarray(0, 16),
  )
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && loopbackHost.test(new URL(url).hostname)
}
