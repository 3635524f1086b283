import type { Hex } from 'viem'

/*
 * Public keys of the embedded stack besides those of its chain: everyone knows them, so they are only ever used where
 * the chain is an embedded one.
 */

/** The app that users grant access to: anvil's fifth public development key. */
export const appPrivateKey: Hex = '0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a'

/** The personal server's wallet: anvil's public development mnemonic. */
export const serverMnemonic = 'test test test test test test test test test test test junk'
