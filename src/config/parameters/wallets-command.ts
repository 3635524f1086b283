import { address, text, toggle, wholeNumber } from '../kinds/basic.ts'
import { optional, type Parameter, parameter } from '../parameter.ts'
import { chainParameters } from './chain.ts'
import { runParameters } from './run.ts'

/** The wallets that a `wallets` command works on. */
export const walletsCommandParameters = {
  /** As of a run: `local`, `moksha`, `env` or the path of a target document; only its chain matters. */
  target: {
    ...runParameters.target,
    summary:
      'Chain of the wallets: moksha, env (RPC and chain id from the environment), or a target document. local works for `wallets generate` only; for other commands, give the document of a running testbed.',
  } satisfies Parameter<string>,
  /** Number of wallets, from the first one on. */
  count: optional(wholeNumber({ min: 1, max: 10_000_000 }), {
    flag: '--count <count>',
    summary: 'Number of wallets, from --first-wallet on. (default: all wallets noted in the keystore)',
  }),
  /** Wallets by index. */
  range: optional(text('indexes of wallets such as 0-999, or 7'), {
    flag: '--range <first-last>',
    summary: 'Indexes of the wallets, both ends included, such as 0-999.',
  }),
  /** Print only a JSON document on standard output. */
  json: parameter(toggle, {
    default: false,
    flag: '--json',
    summary: 'Print only the result, as a JSON document, on standard output.',
  }),
}

/** The relayer's lanes, for the commands that work on them as well. */
export const laneCommandParameters = {
  /** The relayer's lanes instead of users' wallets. */
  lanes: parameter(toggle, {
    default: false,
    flag: '--lanes',
    // The name without WALLETS would look like a number of lanes.
    variable: 'WALLETS_LANES',
    summary:
      "Work on the relayer's sending lanes instead of users' wallets: VANA_LOAD_RELAYER_PRIVATE_KEYS, or those of VANA_LOAD_MNEMONIC, as `serve` uses them.",
  }),
  /** Number of lanes that derive from a mnemonic. */
  relayerLanes: chainParameters.relayerLanes,
}

/** Target balance of lanes. */
export const laneAmountParameters = {
  /** Relayed users that the lanes pay for together. */
  users: parameter(wholeNumber({ min: 1, max: 10_000_000 }), {
    default: 100,
    flag: '--users <count>',
    summary:
      'Number of relayed users to fund the lanes for, at the current gas price. Only with --lanes and without --funding.',
  }),
}

/** What only `wallets fund` and `prepare-wallets` have. */
export const fundCommandParameters = {
  /** Journal of the plan and the payments. */
  journal: optional(text('a path'), {
    flag: '--journal <file>',
    summary: 'Journal of planned and made payments. (default: next to the keystore)',
  }),
}

/** What only `wallets status` has. */
export const statusCommandParameters = {
  /** Each wallet separately. */
  list: parameter(toggle, {
    default: false,
    flag: '--list',
    summary: 'List each wallet with its address and balance.',
  }),
}

/** What only `wallets sweep` has. */
export const sweepCommandParameters = {
  /** Receiver of the funds. */
  receiver: optional(address, {
    flag: '--receiver <address>',
    summary: "Account that receives the funds. (default: that of the funder's key)",
  }),
}
