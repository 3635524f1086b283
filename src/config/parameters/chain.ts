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

/** How the generator talks to the chain. */
export const chainParameters = {
  /** The fee cap, as a multiple of the next block's base fee. */
  feeMultiplier: parameter(decimalNumber({ min: 1, max: 100 }), {
    default: 2,
    flag: '--fee-multiplier <factor>',
    summary: "Fee cap of a transaction as a multiple of the next block's base fee.",
  }),
  /** No transaction offers more per gas than this. */
  maxFeePerGasWei: optional(amount({ bareUnit: 'gwei' }), {
    flag: '--max-fee <gwei>',
    summary: 'Most that a transaction offers per gas.',
  }),
  /** Added to the estimated gas, as a share of it. */
  gasLimitMargin: parameter(decimalNumber({ min: 0, max: 10 }), {
    default: 0.1,
    flag: '--gas-margin <share>',
    summary: 'Added to the estimated gas of a transaction, as a share of it.',
  }),
  /** Pause between two looks for a new block. */
  pollIntervalMs: parameter(milliseconds, {
    default: 500,
    flag: '--block-poll-interval <time>',
    summary: 'Pause between two looks for a new block; there is one look for the whole process.',
  }),
  /** Requests to one RPC endpoint per second at most. */
  rpcRatePerSecond: optional(decimalNumber({ min: 0.1, max: 1_000_000 }), {
    flag: '--rpc-rate <calls/s>',
    summary:
      'Most JSON-RPC calls per second to each endpoint, for providers with a quota; more wait for their turn.',
  }),
  /** How long reads are repeated while no endpoint answers. */
  rpcPatienceMs: parameter(duration({ bareUnit: 's', minMs: 0, maxMs: 3_600_000 }), {
    default: 30_000,
    flag: '--rpc-patience <time>',
    summary: 'Time for which reads of the chain are repeated while no endpoint answers; 0 asks each once.',
  }),
  /** Number of keys that a relayer sends with. */
  relayerLanes: parameter(wholeNumber({ min: 1, max: 1000 }), {
    default: 4,
    flag: '--relayer-lanes <count>',
    summary: 'Number of keys that the relayer sends with, each with its own nonces.',
  }),
}

/** The embedded target. */
export const testbedParameters = {
  /** Time between two blocks. */
  blockTimeMs: parameter(duration({ bareUnit: 's', minMs: 100, maxMs: 600_000 }), {
    default: 1_000,
    flag: '--block-time <time>',
    summary: 'Time between two blocks of the embedded chain; 6s resembles Moksha.',
  }),
  /** Gas that fits into a block. */
  blockGasLimit: parameter(wholeNumber({ min: 3_000_000, max: 10_000_000_000 }), {
    default: 30_000_000,
    flag: '--block-gas-limit <gas>',
    summary: 'Gas that fits into a block of the embedded chain; 30 million hold some 18 first flows.',
  }),
  /** An RPC whose state the embedded chain continues. */
  forkUrl: optional(httpUrl, {
    flag: '--fork <rpc>',
    summary:
      'Continue the state of this RPC, with the contracts deployed there, rather than start from nothing; for a URL with an access key, set VANA_LOAD_FORK.',
  }),
  /** Median time that the stand-in for the model takes. */
  inferenceMedianMs: parameter(duration({ bareUnit: 'ms' }), {
    default: 800,
    flag: '--inference-median <time>',
    summary: 'Median time that the embedded stand-in for the language model takes.',
  }),
  /** How else it behaves. */
  inference: optional(modelBehaviour, {
    flag: '--inference <how>',
    summary:
      'How else that stand-in behaves: spread of its times around the median, their bounds, and how many answers fail.',
  }),
  /** Whether the personal server works on one operation at a time, as the original does. */
  serverConcurrency: parameter(choice(['serial', 'parallel']), {
    default: 'parallel',
    flag: '--server-concurrency <way>',
    summary:
      'The embedded personal server: serial (one at a time, as a single original instance) or parallel.',
  }),
  /** Which version of the personal server is resembled. */
  serverProfile: parameter(choice(['main-2025-09-05', 'head-2025-10-17']), {
    default: 'main-2025-09-05',
    flag: '--server-profile <version>',
    summary: 'Version of the personal server that the embedded one resembles.',
  }),
  /** How many requests of an address the personal server lets through, as a deployed one may; `false` for all. */
  serverRateLimits: parameter(serverRateLimits, {
    default: false,
    flag: '--server-rate-limits [limits]',
    summary:
      'Let the embedded personal server limit requests by address, as the original can, by its numbers or by yours.',
  }),
  /** Whose storage is resembled. */
  storage: parameter(choice(storageProviderNames), {
    default: 'gcs',
    flag: '--storage <provider>',
    variable: 'TESTBED_STORAGE',
    summary:
      'Storage that the embedded one resembles: gcs (Google Cloud Storage), pinata (IPFS) or google-drive.',
  }),
  /** Requests that it takes in a minute. */
  storageRateLimit: optional(wholeNumber({ min: 1, max: 1_000_000_000 }), {
    flag: '--storage-rate-limit <requests/min>',
    variable: 'TESTBED_STORAGE_RATE_LIMIT',
    summary:
      "Most requests a minute that an embedded Pinata or Google Drive takes, as the services do; Pinata's own limit is 180.",
  }),
  /** Whether the bucket can be read by anybody, or through signed URLs only. */
  storageUrls: parameter(choice(['public', 'signed']), {
    default: 'public',
    flag: '--storage-urls <kind>',
    // The name without TESTBED is that of a real target's storage.
    variable: 'TESTBED_STORAGE_URLS',
    summary: 'URLs of the embedded storage that go on chain: public, or signed (V4), which cost more gas.',
  }),
  /** Whether the embedded Google Cloud Storage asks for credentials. */
  storageAuth: parameter(choice(['none', 'token']), {
    default: 'none',
    flag: '--storage-auth <kind>',
    variable: 'TESTBED_STORAGE_AUTH',
    summary:
      'Credentials that the JSON API of the embedded Google Cloud Storage asks for: none, or token (an access token, as a real bucket does).',
  }),
  /** Faults between the embedded parts and whoever uses them. */
  faults: parameter(listOf(fault, fault.allowed), {
    default: [],
    flag: '--fault <part:fault=amount>',
    variable: 'TESTBED_FAULTS',
    summary:
      'A fault in front of a part, such as rpc:send-error=10%, storage:latency=200ms or api-server:503=2%; give it several times for several.',
  }),
  /** Which version of the contracts is resembled. */
  contracts: parameter(choice(['2025-09', '2026-04']), {
    default: '2025-09',
    flag: '--contracts <version>',
    summary: 'Version of the contracts that the embedded ones resemble.',
  }),
}
