import { amount } from '../kinds/amount.ts'
import { text, toggle, wholeNumber } from '../kinds/basic.ts'
import { optional, parameter, settled } from '../parameter.ts'

const vana = amount({ bareUnit: 'vana' })

/** The users' wallets. */
export const walletParameters = {
  /** Funding of each wallet. */
  fundingWei: parameter(vana, {
    default: 100_000_000_000_000_000n,
    flag: '--funding <vana>',
    summary: 'Funding of each wallet. A flow costs about 0.012 VANA on Moksha.',
  }),
  /** Index of the first wallet, so that runs with one mnemonic can use different wallets. */
  firstIndex: parameter(wholeNumber({ min: 0, max: 2_147_483_647 }), {
    default: 0,
    flag: '--first-wallet <index>',
    summary: 'Index of the first wallet of the mnemonic, so that runs can use different wallets.',
  }),
  /** Workers that fund wallets during the run. */
  fundingWorkers: parameter(wholeNumber({ min: 1, max: 64 }), {
    default: 4,
    flag: '--funding-workers <count>',
    summary: 'Workers that fund wallets in the background while users arrive.',
  }),
  /** Return the remaining funds to the funder at the end of the run. */
  sweep: parameter(toggle, {
    default: true,
    flag: '--no-sweep',
    summary: 'Return the remaining funds to the funder at the end; --no-sweep leaves them in the wallets.',
    flagSummary:
      'Leave the remaining funds in the wallets at the end, instead of returning them to the funder.',
  }),
  /** The encrypted keystore to use, or to create. */
  keystoreFile: optional(text('a path'), {
    flag: '--keystore <file>',
    summary: 'Encrypted keystore with the mnemonic; created if it does not exist.',
  }),
}

/** Limits of a run. */
export const limitParameters = {
  /** Spending cap. */
  maxSpendWei: settled(vana, {
    settledFrom: 'users x funding + 10 %',
    flag: '--max-spend <vana>',
    summary:
      'Spending cap of the funder, or of the relayer, gas included. The run stops before it exceeds the cap.',
  }),
  /** Whether mainnet (chain 1480) is allowed, where funds have real value. */
  allowMainnet: parameter(toggle, {
    default: false,
    flag: '--allow-mainnet',
    summary: 'Allow mainnet (chain 1480), where funds have real value. Requires --max-spend.',
  }),
}
