/** What every error of one code has in common. */
type CatalogEntry = {
  /** Whether the same attempt may succeed later. */
  retriable: boolean
  /** What the reader can do about it. */
  hint: string
}

/** Every stable error code of this program. Codes are never renamed; tools may rely on them. */
export const errorCatalog = {
  // Input and set-up
  CONFIG_INVALID: {
    retriable: false,
    hint: 'Correct the values named above; `vana-load run --help` lists what is allowed.',
  },
  PORT_IN_USE: {
    retriable: false,
    hint: 'Stop the program that holds the port, or choose another with --port.',
  },
  RESULTS_UNWRITABLE: { retriable: false, hint: 'Choose a folder you can write to with --out.' },
  OUTPUT_UNWRITABLE: {
    retriable: false,
    hint: 'Free space on the disk that the output goes to, or send the output elsewhere.',
  },
  TOO_FEW_FILE_HANDLES: {
    retriable: false,
    hint: 'Raise the limit of open files, for example with `ulimit -n 4096`, or lower --concurrency.',
  },
  RUN_NOT_FOUND: { retriable: false, hint: '`vana-load monitor` lists the runs there are.' },
  RUN_UNREADABLE: {
    retriable: false,
    hint: 'The run was written by another version, or its files were changed.',
  },
  TARGET_NOT_READY: {
    retriable: true,
    hint: 'Check that every address of the target is right and its services are up.',
  },
  TESTBED_START_FAILED: {
    retriable: false,
    hint: 'Run `vana-load testbed` by itself to see what keeps it from starting.',
  },
  TESTBED_DIED: {
    retriable: false,
    hint: 'The embedded stack stopped during the run; its last output is in the message.',
  },
  PROCESS_START_FAILED: {
    retriable: false,
    hint: 'The last output of the program is in the message.',
  },

  ARTILLERY_MISSING: {
    retriable: false,
    hint:
      'Install it beside your project: PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm install artillery (without that, a ' +
      'browser is downloaded that is not needed here), or name its folder with --artillery.',
  },
  ARTILLERY_UNFIT: {
    retriable: false,
    hint: 'Use a Node.js that it supports (artillery@2.0.34 needs 22.18), or on Node.js 20 artillery@2.0.21.',
  },

  // Chain
  CHAIN_UNREACHABLE: { retriable: true, hint: 'Check the RPC URL and that the node is up.' },
  CHAIN_WRONG_ID: { retriable: false, hint: 'Use an RPC endpoint of the configured chain.' },
  CHAIN_HEAD_MISMATCH: {
    retriable: true,
    hint: 'Leave that RPC endpoint out, or wait until it has caught up with the others.',
  },
  CHAIN_STALLED: {
    retriable: true,
    hint: 'Use another RPC endpoint, or wait until the chain makes blocks again.',
  },
  CHAIN_RPC_ERROR: {
    retriable: true,
    hint: 'The node refused the call; its code and message are in the details.',
  },
  CHAIN_RATE_LIMITED: { retriable: true, hint: 'Lower the rate or add RPC endpoints.' },
  CHAIN_INSUFFICIENT_FUNDS: { retriable: false, hint: 'Fund the sending account.' },
  CHAIN_NONCE: { retriable: true, hint: 'Another program may be sending with the same key.' },
  CHAIN_UNDERPRICED: { retriable: true, hint: 'Fees rose; raise the fee cap.' },
  LANE_BUSY: {
    retriable: true,
    hint: 'More waits to be sent than the sending keys can carry; add keys or lower the rate.',
  },
  TX_REVERTED: {
    retriable: false,
    hint: 'The contract refused the transaction; the decoded reason is in the details.',
  },
  TX_NOT_CONFIRMED: {
    retriable: false,
    hint: 'No block took the transaction in time; check fees and the chain.',
  },
  TX_REORGED: {
    retriable: false,
    hint: 'The chain took the block back, and the permission with it; --confirmations waits until a block is deeper.',
  },
  TX_EVENT_MISSING: {
    retriable: false,
    hint: 'The transaction succeeded without PermissionAdded; check the contract address.',
  },

  // Storage
  STORAGE_UNREACHABLE: { retriable: true, hint: 'Check the storage endpoint and credentials.' },
  STORAGE_REFUSED: {
    retriable: false,
    hint: 'Check the place and what the account may do there: `vana-load doctor`.',
  },
  STORAGE_FAILED: { retriable: true, hint: 'The storage service failed; see its status in the details.' },

  // Personal server and API server
  SERVER_UNREACHABLE: { retriable: true, hint: 'Check the server URL and that it is up.' },
  SERVER_REFUSED: {
    retriable: false,
    hint: 'The server refused the request; its code and text are in the details.',
  },
  SERVER_RATE_LIMITED: {
    retriable: true,
    hint: 'Lower the rate; the personal server limits requests by IP address.',
  },
  SERVER_FAILED: { retriable: true, hint: 'The server failed; its code and text are in the details.' },
  SERVER_PROTOCOL: { retriable: false, hint: 'The answer is not what this version of the protocol allows.' },
  GRANTEE_NOT_FOUND: { retriable: false, hint: 'Register the grantee, or set the right grantee id.' },
  INFERENCE_FAILED: { retriable: false, hint: 'The personal server reported that the operation failed.' },
  INFERENCE_CANCELED: { retriable: false, hint: 'The operation was cancelled on the personal server.' },
  INFERENCE_TIMEOUT: {
    retriable: false,
    hint: 'The operation took longer than --inference-timeout; the personal server may be overloaded.',
  },
  INFERENCE_MISMATCH: {
    retriable: false,
    hint: 'The server answered from other data than the user encrypted.',
  },

  // The flow itself
  CRYPTO_FAILED: {
    retriable: false,
    hint: 'Encrypting, sealing or signing failed; this is a fault of the generator.',
  },
  FLOW_TIMEOUT: { retriable: false, hint: 'The flow took longer than its time-out.' },
  ABORTED: { retriable: false, hint: 'The run was stopped.' },
  SPENDING_CAP: { retriable: false, hint: 'Raise --max-spend, or run fewer users.' },
  INTERNAL: { retriable: false, hint: 'This is a bug; please report it with the message above.' },

  // Wallets and money
  MNEMONIC_INVALID: {
    retriable: false,
    hint: 'Check the words against the place you noted them, or make new ones with `vana-load wallets generate`.',
  },
  KEYSTORE_MISSING: { retriable: false, hint: 'Make one with `vana-load wallets generate`.' },
  KEYSTORE_EXISTS: {
    retriable: false,
    hint: 'Choose another file: a keystore that may hold the keys to money is never overwritten.',
  },
  KEYSTORE_DAMAGED: { retriable: false, hint: 'Restore the file from a copy; it cannot be repaired.' },
  KEYSTORE_LOCKED: {
    retriable: false,
    hint: 'Give the right passphrase: in VANA_LOAD_KEYSTORE_PASSPHRASE, in a file, or at the prompt.',
  },
  MAINNET_REFUSED: {
    retriable: false,
    hint: 'Chain 1480 moves real money; give --allow-mainnet if you mean it.',
  },
  FUNDING_FAILED: {
    retriable: true,
    hint: 'Run `vana-load wallets fund` again: it pays only what is missing.',
  },
  FUNDER_BUSY: {
    retriable: true,
    hint: 'Wait until the run has ended, or pay with another key: VANA_LOAD_FUNDER_PRIVATE_KEY.',
  },
  WALLETS_BUSY: {
    retriable: true,
    hint: 'Wait until it has ended, or use other wallets: --first-wallet, another --seed or another keystore.',
  },
  MONEY_MISMATCH: {
    retriable: false,
    hint: 'Coins moved that this run did not see.',
  },
} as const satisfies Record<string, CatalogEntry>

/** A stable error code. */
export type ErrorCode = keyof typeof errorCatalog
