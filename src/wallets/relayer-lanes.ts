import type { Hex } from 'viem'
import { toNativeAccount } from '../crypto/native-account.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createHdWallets, type HdWallet } from './hd-wallets.ts'

/** Where the sending lanes of a relayer may come from, the first that is there. */
export type RelayerKeys = {
  /** One for each lane. Secret. */
  relayerPrivateKeys?: readonly Hex[] | undefined
  /** Lanes are its wallets at `m/44'/60'/1'/0/i`. Secret. */
  mnemonic?: string | undefined
  /** The public keys of an embedded chain's relayer, one for each lane. */
  development?: readonly Hex[] | undefined
}

/**
 * Finds the development keys that a target document has for its relayer.
 *
 * @param accounts of the document; older ones have the first key alone, as `relayer`
 * @returns one key for each lane; none where the document has no accounts
 */
export function developmentRelayers(
  accounts: { relayer?: Hex | undefined; relayers?: readonly Hex[] | undefined } = {},
): readonly Hex[] {
  const { relayer, relayers } = accounts
  return relayers ?? (relayer === undefined ? [] : [relayer])
}

/** The sending lanes of a relayer, by their numbers. */
export type RelayerLanes = {
  source: 'keys' | 'mnemonic' | 'development'
  /** How many there are; undefined where a mnemonic gives as many as are asked for. */
  count: number | undefined
  /** @throws LoadTestError CONFIG_INVALID for a number that there is no lane of */
  lane(index: number): HdWallet
}

/**
 * Finds the keys that a relayer sends with: for the API server, which uses them, and for the commands that fund them.
 *
 * @returns nothing where there are none: the relay is off
 * @throws LoadTestError MNEMONIC_INVALID; CONFIG_INVALID if a key is given twice, since two lanes would take its nonces
 * @example findRelayerLanes(secrets)?.lane(0).address
 */
export function findRelayerLanes({
  relayerPrivateKeys = [],
  mnemonic,
  development = [],
}: RelayerKeys): RelayerLanes | undefined {
  if (relayerPrivateKeys.length > 0) return fromKeys('keys', relayerPrivateKeys)
  if (mnemonic !== undefined) {
    return { source: 'mnemonic', count: undefined, lane: createHdWallets(mnemonic).lane }
  }
  return development.length === 0 ? undefined : fromKeys('development', development)
}

function fromKeys(source: 'keys' | 'development', keys: readonly Hex[]): RelayerLanes {
  const wallets = keys.map((privateKey, index) => ({
    index,
    address: toNativeAccount(privateKey).address,
    privateKey,
  }))
  for (const { index, address } of wallets) {
    const first = wallets.findIndex((wallet) => wallet.address === address)
    if (first === index) continue
    throw new LoadTestError('CONFIG_INVALID', `Relayer keys ${first + 1} and ${index + 1} are the same.`, {
      hint: 'Give each lane a key of its own in VANA_LOAD_RELAYER_PRIVATE_KEYS: two that send with one take its nonces.',
    })
  }
  return {
    source,
    count: wallets.length,
    lane(index) {
      const wallet = wallets[index]
      if (wallet !== undefined) return wallet
      throw new LoadTestError(
        'CONFIG_INVALID',
        `There is no lane ${index}: the relayer has ${wallets.length} ${wallets.length === 1 ? 'key' : 'keys'}.`,
      )
    },
  }
}
