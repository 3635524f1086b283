import type { Hex } from 'viem'

/*
 * Publicly known keys of the embedded stack, besides those of its chain. They are only ever used on an embedded chain.
 */

/** The app that users grant access to: anvil's fifth public development key. */
export const appPrivateKey: Hex = '0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a'

/** The personal server's wallet: anvil's public development mnemonic. */
export const serverMnemonic = 'test test test test test test test test test test test junk'
