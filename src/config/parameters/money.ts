import { amount } from '../kinds/amount.ts'
import { text, toggle, wholeNumber } from '../kinds/basic.ts'
import { optional, parameter, settled } from '../parameter.ts'

const vana = amount({ bareUnit: 'vana' })

/** The users' wallets. */
export const walletParameters = {
  /** What each user's wallet is given. */
  fundingWei: parameter(vana, {
    default: 100_000_000_000_000_000n,
    flag: '--funding <vana>',
    summary: 'What each wallet is funded with; a flow costs some 0.012 VANA on Moksha.',
  }),
  /** Number of the first wallet, so that runs with one mnemonic can use different ones. */
  firstIndex: parameter(wholeNumber({ min: 0, max: 2_147_483_647 }), {
    default: 0,
    flag: '--first-wallet <index>',
    summary: 'Index of the first wallet under the mnemonic, so that runs can use different ones.',
  }),
  /** Wallets funded at the same time while the run goes on. */
  fundingWorkers: parameter(wholeNumber({ min: 1, max: 64 }), {
    default: 4,
    flag: '--funding-workers <count>',
    summary: 'Workers that fund wallets in the background while users come.',
  }),
  /** Give what is left back to the funder when the run has ended. */
  sweep: parameter(toggle, {
    default: true,
    flag: '--no-sweep',
    summary: 'Return what is left in the wallets to the funder at the end; --no-sweep leaves it there.',
    flagSummary: 'Leave in the wallets what is left at the end, rather than return it to the funder.',
  }),
  /** An encrypted wallet file to use, or to write. */
  keystoreFile: optional(text('a path'), {
    flag: '--keystore <file>',
    summary: 'Encrypted file with the mnemonic; written when it does not exist.',
  }),
}

/** What a run may never go beyond. */
export const limitParameters = {
  /** Most that may leave the funder. */
  maxSpendWei: settled(vana, {
    settledFrom: 'users x funding + 10 %',
    flag: '--max-spend <vana>',
    summary:
      'Most that may leave the funder, or that the relayer may spend, gas included; the run stops before it goes beyond.',
  }),
  /** Whether chain 1480 is allowed, where coins are worth money. */
  allowMainnet: parameter(toggle, {
    default: false,
    flag: '--allow-mainnet',
    summary: 'Allow chain 1480, where coins are worth money; --max-spend is then required.',
  }),
}
