import { type Hex, keccak256, parseEther, stringToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import type { AnvilClient } from './anvil-client.ts'
import { devAccounts } from './dev-accounts.ts'

/** Balance of each, as of anvil's own accounts. */
const balanceWei = parseEther('10000')

/**
 * Returns the relayer keys of the embedded API server: the public development key first, then further public keys.
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
 * Sets the balance of each relayer key. No block records it, as with anvil's own accounts.
 *
 * @example await fundRelayers(chain.client, relayerKeys(4))
 */
export async function fundRelayers(client: AnvilClient, keys: readonly Hex[]): Promise<void> {
  await Promise.all(
    keys.map((key) => client.setBalance({ address: privateKeyToAddress(key), value: balanceWei })),
  )
}
