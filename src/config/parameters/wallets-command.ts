import { address, text, toggle, wholeNumber } from '../kinds/basic.ts'
import { optional, type Parameter, parameter } from '../parameter.ts'
import { chainParameters } from './chain.ts'
import { runParameters } from './run.ts'

/** Which wallets a `wallets` command is about, and where. */
export const walletsCommandParameters = {
  /** As of a run: `local`, `moksha`, `env` or the path of a target document; only its chain matters. */
  target: {
    ...runParameters.target,
    summary:
      'Chain of the wallets: moksha, env (RPC and chain id from the environment), or a target document. local works for `wallets generate` only; for other commands, give the document of a running testbed.',
  } satisfies Parameter<string>,
  /** Wallets from the first on. */
  count: optional(wholeNumber({ min: 1, max: 10_000_000 }), {
    flag: '--count <count>',
    summary: 'How many wallets, from --first-wallet on; without it, all that the keystore knows.',
  }),
  /** Wallets by their numbers. */
  range: optional(text('numbers of wallets such as 0-999, or 7'), {
    flag: '--range <first-last>',
    summary: 'The wallets with these numbers, both ends included, such as 0-999.',
  }),
  /** One JSON document on standard output, and nothing else there. */
  json: parameter(toggle, {
    default: false,
    flag: '--json',
    summary: 'Print the result as one JSON document on standard output, and nothing else there.',
  }),
}

/** Which lanes, for the commands that are about those of the relayer as well. */
export const laneCommandParameters = {
  /** The relayer's keys instead of the users' wallets. */
  lanes: parameter(toggle, {
    default: false,
    flag: '--lanes',
    // The name without WALLETS would be taken for their number.
    variable: 'WALLETS_LANES',
    summary:
      "The relayer's sending lanes instead of users' wallets: VANA_LOAD_RELAYER_PRIVATE_KEYS, else those of VANA_LOAD_MNEMONIC, as `serve` has them.",
  }),
  /** How many a mnemonic gives. */
  relayerLanes: chainParameters.relayerLanes,
}

/** How much lanes are to hold. */
export const laneAmountParameters = {
  /** Relayed users that the lanes are to carry together. */
  users: parameter(wholeNumber({ min: 1, max: 10_000_000 }), {
    default: 100,
    flag: '--users <count>',
    summary:
      'With --lanes and without --funding: fund them for so many relayed users, at the price of gas now.',
  }),
}

/** What only `wallets fund` and `prepare-wallets` have. */
export const fundCommandParameters = {
  /** Where the plan and the payments are noted. */
  journal: optional(text('a path'), {
    flag: '--journal <file>',
    summary: 'File that says what is to be paid and what was. (default: beside the keystore)',
  }),
}

/** What only `wallets status` has. */
export const statusCommandParameters = {
  /** Every wallet by itself. */
  list: parameter(toggle, {
    default: false,
    flag: '--list',
    summary: 'List every wallet with its address and balance.',
  }),
}

/** What only `wallets sweep` has. */
export const sweepCommandParameters = {
  /** Where the coins go. */
  receiver: optional(address, {
    flag: '--receiver <address>',
    summary: 'Account that the coins go to. (default: that of the funder’s key)',
  }),
}
