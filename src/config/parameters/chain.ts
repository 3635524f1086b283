import { amount } from '../kinds/amount.ts'
import { choice, decimalNumber, httpUrl, wholeNumber } from '../kinds/basic.ts'
import { duration } from '../kinds/duration.ts'
import { fault } from '../kinds/fault.ts'
import { listOf } from '../kinds/kind.ts'
import { modelBehaviour } from '../kinds/model-behaviour.ts'
import { serverRateLimits } from '../kinds/server-rate-limits.ts'
import { optional, parameter } from '../parameter.ts'
import { storageProviderNames } from '../storage-provider.ts'

const milliseconds = duration({ bareUnit: 'ms', minMs: 1 })

/** How the load generator uses the chain. */
export const chainParameters = {
  /** The fee cap, as a multiple of the next block's base fee. */
  feeMultiplier: parameter(decimalNumber({ min: 1, max: 100 }), {
    default: 2,
    flag: '--fee-multiplier <factor>',
    summary: "Fee cap of a transaction, as a multiple of the next block's base fee.",
  }),
  /** Highest fee per gas that a transaction offers. */
  maxFeePerGasWei: optional(amount({ bareUnit: 'gwei' }), {
    flag: '--max-fee <gwei>',
    summary: 'Highest fee per gas that a transaction offers.',
  }),
  /** Margin on top of the estimated gas, as a share of it. */
  gasLimitMargin: parameter(decimalNumber({ min: 0, max: 10 }), {
    default: 0.1,
    flag: '--gas-margin <share>',
    summary: 'Margin on top of the estimated gas of a transaction, as a share of it.',
  }),
  /** Interval between polls for a new block. */
  pollIntervalMs: parameter(milliseconds, {
    default: 500,
    flag: '--block-poll-interval <time>',
    summary: 'Interval between polls for a new block. The whole process polls once.',
  }),
  /** Highest call rate to one RPC endpoint. */
  rpcRatePerSecond: optional(decimalNumber({ min: 0.1, max: 1_000_000 }), {
    flag: '--rpc-rate <calls/s>',
    summary:
      'Highest rate of JSON-RPC calls to each endpoint, for providers with a quota. Further calls wait.',
  }),
  /** Timeout of one JSON-RPC request to one endpoint. */
  rpcTimeoutMs: parameter(duration({ bareUnit: 's', minMs: 1 }), {
    default: 15_000,
    flag: '--rpc-timeout <time>',
    summary: 'Timeout of one JSON-RPC request to one endpoint; the next endpoint is asked after it.',
  }),
  /** How long reads are retried while no endpoint answers. */
  rpcPatienceMs: parameter(duration({ bareUnit: 's', minMs: 0, maxMs: 3_600_000 }), {
    default: 30_000,
    flag: '--rpc-patience <time>',
    summary: 'How long reads of the chain are retried while no endpoint answers; 0 tries each endpoint once.',
  }),
  /** Number of keys that the relayer sends with. */
  relayerLanes: parameter(wholeNumber({ min: 1, max: 1000 }), {
    default: 4,
    flag: '--relayer-lanes <count>',
    summary: 'Number of sending keys of the relayer, each with its own nonces.',
  }),
}

/** The embedded target. */
export const testbedParameters = {
  /** Time between two blocks. */
  blockTimeMs: parameter(duration({ bareUnit: 's', minMs: 100, maxMs: 600_000 }), {
    default: 1_000,
    flag: '--block-time <time>',
    summary: 'Block time of the embedded chain; 6s is close to Moksha.',
  }),
  /** Gas limit of a block. */
  blockGasLimit: parameter(wholeNumber({ min: 3_000_000, max: 10_000_000_000 }), {
    default: 30_000_000,
    flag: '--block-gas-limit <gas>',
    summary: 'Gas limit of a block of the embedded chain; 30 million fit about 18 first flows.',
  }),
  /** An RPC endpoint whose state the embedded chain forks. */
  forkUrl: optional(httpUrl, {
    flag: '--fork <rpc>',
    summary:
      'Fork the state of this RPC endpoint, and use the contracts deployed there. For a URL with an access key, set VANA_LOAD_FORK.',
  }),
  /** Median latency of the model's stand-in. */
  inferenceMedianMs: parameter(duration({ bareUnit: 'ms' }), {
    default: 800,
    flag: '--inference-median <time>',
    summary: 'Median latency of the stand-in for the language model.',
  }),
  /** The rest of its behavior. */
  inference: optional(modelBehaviour, {
    flag: '--inference <how>',
    summary:
      'Further behavior of that stand-in: spread and bounds of its latency, and the share of answers that fail.',
  }),
  /** Whether the personal server runs one operation at a time, as the original does. */
  serverConcurrency: parameter(choice(['serial', 'parallel']), {
    default: 'parallel',
    flag: '--server-concurrency <way>',
    summary:
      'How the embedded personal server runs operations: serial (one at a time, like a single original instance) or parallel.',
  }),
  /** Version of the personal server to imitate. */
  serverProfile: parameter(choice(['main-2025-09-05', 'head-2025-10-17']), {
    default: 'main-2025-09-05',
    flag: '--server-profile <version>',
    summary: 'Version of the personal server that the embedded one imitates.',
  }),
  /** Rate limits of the personal server per IP address, as a deployed one may have; `false` for none. */
  serverRateLimits: parameter(serverRateLimits, {
    default: false,
    flag: '--server-rate-limits [limits]',
    summary:
      'Rate limits of the embedded personal server per IP address, with the defaults of the original or your own.',
  }),
  /** Storage provider to imitate. */
  storage: parameter(choice(storageProviderNames), {
    default: 'gcs',
    flag: '--storage <provider>',
    variable: 'TESTBED_STORAGE',
    summary:
      'Provider that the embedded storage imitates: gcs (Google Cloud Storage), pinata (IPFS) or google-drive.',
  }),
  /** Its rate limit, in requests per minute. */
  storageRateLimit: optional(wholeNumber({ min: 1, max: 1_000_000_000 }), {
    flag: '--storage-rate-limit <requests/min>',
    variable: 'TESTBED_STORAGE_RATE_LIMIT',
    summary:
      "Rate limit of an embedded Pinata or Google Drive, in requests per minute; Pinata's own limit is 180.",
  }),
  /** Whether anyone can read the bucket, or only through signed URLs. */
  storageUrls: parameter(choice(['public', 'signed']), {
    default: 'public',
    flag: '--storage-urls <kind>',
    // The name without TESTBED is that of a real target's storage.
    variable: 'TESTBED_STORAGE_URLS',
    summary: 'URLs of the embedded storage that go on chain: public, or signed (V4), which costs more gas.',
  }),
  /** Whether the embedded Google Cloud Storage requires credentials. */
  storageAuth: parameter(choice(['none', 'token']), {
    default: 'none',
    flag: '--storage-auth <kind>',
    variable: 'TESTBED_STORAGE_AUTH',
    summary:
      'Credentials that the embedded Google Cloud Storage requires: none, or token (an access token, like a real bucket).',
  }),
  /** Faults between the embedded parts and their clients. */
  faults: parameter(listOf(fault, fault.allowed), {
    default: [],
    flag: '--fault <part:fault=amount>',
    variable: 'TESTBED_FAULTS',
    summary:
      'Inject a fault in front of a part, such as rpc:send-error=10%, storage:latency=200ms or api-server:503=2%. Repeatable.',
  }),
  /** Version of the contracts to imitate. */
  contracts: parameter(choice(['2025-09', '2026-04']), {
    default: '2025-09',
    flag: '--contracts <version>',
    summary: 'Version of the contracts that the embedded ones imitate.',
  }),
}
