import { type Hex, keccak256, parseEther, stringToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import type { AnvilClient } from './anvil-client.ts'
import { devAccounts } from './dev-accounts.ts'

/** What each of them owns, as much as anvil's own accounts. */
const balanceWei = parseEther('10000')

/**
 * The keys that the embedded API server relays with: the public development key first, then as many of our own, just as
 * public, as are asked for.
 *
 * @example relayerKeys(4).length // 4
 */
export function relayerKeys(count: number): Hex[] {
  const others = Array.from({ length: Math.max(0, count - 1) }, (_, i) =>
    keccak256(stringToHex(`vana-load embedded relayer ${i + 1}`)),
  )
  return [devAccounts.relayer.privateKey, ...others]
}

/**
 * Gives each relayer key of an embedded chain its coin; what it takes is in no block, as with anvil's own accounts.
 *
 * @example await fundRelayers(chain.client, relayerKeys(4))
 */
export async function fundRelayers(client: AnvilClient, keys: readonly Hex[]): Promise<void> {
  await Promise.all(
    keys.map((key) => client.setBalance({ address: privateKeyToAddress(key), value: balanceWei })),
  )
}
