/** Properties of every error with one code. */
type CatalogEntry = {
  /** Whether a retry may succeed. */
  retriable: boolean
  /** What to do next. */
  hint: string
}

/** The stable error codes. Codes are never renamed, so tools may rely on them. */
export const errorCatalog = {
  // Input and set-up
  CONFIG_INVALID: {
    retriable: false,
    hint: 'Correct the values above. `vana-load run --help` lists all flags and their values.',
  },
  PORT_IN_USE: {
    retriable: false,
    hint: 'Stop the program that uses the port, or choose another port with --port.',
  },
  RESULTS_UNWRITABLE: {
    retriable: false,
    hint: 'Choose a writable place with --out (results folder) or --output (file).',
  },
  OUTPUT_UNWRITABLE: {
    retriable: false,
    hint: 'Free space on the disk of the output, or redirect the output elsewhere.',
  },
  TOO_FEW_FILE_HANDLES: {
    retriable: false,
    hint: 'Raise the limit of open files, for example with `ulimit -n 4096`, or lower --concurrency.',
  },
  RUN_NOT_FOUND: {
    retriable: false,
    hint: 'List the runs with `vana-load monitor`.',
  },
  RUN_UNREADABLE: {
    retriable: false,
    hint: 'The run was written by another version of vana-load, or its files were changed.',
  },
  TARGET_NOT_READY: {
    retriable: true,
    hint: 'Check every address of the target, and that its services are running: `vana-load doctor`.',
  },
  TESTBED_START_FAILED: {
    retriable: false,
    hint: 'Run `vana-load testbed` to see why it does not start.',
  },
  TESTBED_DIED: {
    retriable: false,
    hint: 'The embedded stack ended during the run. The message has its last output.',
  },
  PROCESS_START_FAILED: {
    retriable: false,
    hint: 'The message has the last output of the program.',
  },

  ARTILLERY_MISSING: {
    retriable: false,
    hint: 'Install it next to your project: PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm install artillery (the variable skips the download of a browser), or name its folder with --artillery.',
  },
  ARTILLERY_UNFIT: {
    retriable: false,
    hint: 'Use a Node.js version that it supports (artillery@2.0.34 needs 22.18), or artillery@2.0.21 on Node.js 20.',
  },

  // Chain
  CHAIN_UNREACHABLE: {
    retriable: true,
    hint: 'Check the RPC URL, and that the node is running.',
  },
  CHAIN_WRONG_ID: {
    retriable: false,
    hint: 'Use an RPC endpoint of the configured chain.',
  },
  CHAIN_HEAD_MISMATCH: {
    retriable: true,
    hint: 'Remove that RPC endpoint, or wait until it has caught up with the others.',
  },
  CHAIN_STALLED: {
    retriable: true,
    hint: 'Use another RPC endpoint, or wait until the chain produces blocks again.',
  },
  CHAIN_RPC_ERROR: {
    retriable: true,
    hint: 'The node rejected the call. The details have its code and message.',
  },
  CHAIN_RATE_LIMITED: {
    retriable: true,
    hint: 'Lower the rate, limit calls with --rpc-rate, or add RPC endpoints.',
  },
  CHAIN_INSUFFICIENT_FUNDS: {
    retriable: false,
    hint: 'Fund the sending account.',
  },
  CHAIN_NONCE: {
    retriable: true,
    hint: 'Check whether another program sends with the same key.',
  },
  CHAIN_UNDERPRICED: {
    retriable: true,
    hint: 'Fees have risen. Raise the fee cap with --max-fee or --fee-multiplier.',
  },
  LANE_BUSY: {
    retriable: true,
    hint: 'The sending keys cannot keep up. Add keys, or lower the rate.',
  },
  TX_REVERTED: {
    retriable: false,
    hint: 'The contract reverted the transaction. The details have the decoded reason.',
  },
  TX_NOT_CONFIRMED: {
    retriable: false,
    hint: 'No block included the transaction in time. Check the fees and the chain.',
  },
  TX_REORGED: {
    retriable: false,
    hint: 'A reorganization removed the block and the permission in it. --confirmations waits for deeper blocks.',
  },
  TX_EVENT_MISSING: {
    retriable: false,
    hint: 'The transaction succeeded without PermissionAdded. Check the contract address.',
  },

  // Storage
  STORAGE_UNREACHABLE: {
    retriable: true,
    hint: 'Check the storage endpoint and the credentials.',
  },
  STORAGE_REFUSED: {
    retriable: false,
    hint: 'Check the bucket or folder, and the permissions of the account: `vana-load doctor`.',
  },
  STORAGE_FAILED: {
    retriable: true,
    hint: 'The storage service failed. The details have its status.',
  },

  // Personal server and API server
  SERVER_UNREACHABLE: {
    retriable: true,
    hint: 'Check the server URL, and that the server is running.',
  },
  SERVER_REFUSED: {
    retriable: false,
    hint: 'The server rejected the request. The details have its code and text.',
  },
  SERVER_RATE_LIMITED: {
    retriable: true,
    hint: 'Lower the rate, or use --spacing or --adaptive. The personal server limits requests per IP address.',
  },
  SERVER_FAILED: {
    retriable: true,
    hint: 'The server failed. The details have its code and text.',
  },
  SERVER_PROTOCOL: {
    retriable: false,
    hint: 'The response does not match this version of the protocol.',
  },
  GRANTEE_NOT_FOUND: {
    retriable: false,
    hint: 'Register the grantee, or set the right grantee id.',
  },
  INFERENCE_FAILED: {
    retriable: false,
    hint: 'The personal server reported that the operation failed.',
  },
  INFERENCE_CANCELED: {
    retriable: false,
    hint: 'The operation was canceled on the personal server.',
  },
  INFERENCE_TIMEOUT: {
    retriable: false,
    hint: 'The operation took longer than --inference-timeout. The personal server may be overloaded.',
  },
  INFERENCE_MISMATCH: {
    retriable: false,
    hint: 'The server answered from data other than what the user encrypted.',
  },

  // The flow itself
  CRYPTO_FAILED: {
    retriable: false,
    hint: 'Encryption, sealing or signing failed. This is an error in the load generator.',
  },
  FLOW_TIMEOUT: {
    retriable: false,
    hint: 'The flow took longer than --timeout.',
  },
  ABORTED: {
    retriable: false,
    hint: 'The run was stopped.',
  },
  SPENDING_CAP: {
    retriable: false,
    hint: 'Raise --max-spend, or run fewer users.',
  },
  INTERNAL: {
    retriable: false,
    hint: 'This is a bug. Please report it with the message above.',
  },

  // Wallets and money
  MNEMONIC_INVALID: {
    retriable: false,
    hint: 'Compare the words with your copy, or create new ones with `vana-load wallets generate`.',
  },
  KEYSTORE_MISSING: {
    retriable: false,
    hint: 'Create one with `vana-load wallets generate`.',
  },
  KEYSTORE_EXISTS: {
    retriable: false,
    hint: 'Choose another file. An existing keystore is never overwritten, since it may hold the keys to funds.',
  },
  KEYSTORE_DAMAGED: {
    retriable: false,
    hint: 'Restore the file from a backup. It cannot be repaired.',
  },
  KEYSTORE_LOCKED: {
    retriable: false,
    hint: 'Give the right passphrase: in VANA_LOAD_KEYSTORE_PASSPHRASE, in a file, or at the prompt.',
  },
  MAINNET_REFUSED: {
    retriable: false,
    hint: 'Chain 1480 moves real money. Give --allow-mainnet if you mean it.',
  },
  FUNDING_FAILED: {
    retriable: true,
    hint: 'Run `vana-load wallets fund` again. It pays only what is missing.',
  },
  FUNDER_BUSY: {
    retriable: true,
    hint: 'Wait until that run ends, or pay with another key: VANA_LOAD_FUNDER_PRIVATE_KEY.',
  },
  WALLETS_BUSY: {
    retriable: true,
    hint: 'Wait until that command ends, or use other wallets: --first-wallet, another --seed or another keystore.',
  },
  MONEY_MISMATCH: {
    retriable: false,
    hint: 'Funds moved that this run did not see. Check whether another program uses the same keys.',
  },
} as const satisfies Record<string, CatalogEntry>

/** A stable error code. */
export type ErrorCode = keyof typeof errorCatalog
