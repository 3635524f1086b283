/* Written by `npx vitest run src/lib -u` from the tables in src/config/parameters. */
import type { Target } from '../config/target.ts'

/**
 * The parameters of a load test, with the keys and values of a config file; docs/configuration.md describes each. The keys of
 * `load` may stand at the top as well.
 *
 * Durations are texts such as `'90s'` or `'15m'`, rates texts such as `'5/s'`, and amounts texts such as `'0.1 VANA'` or
 * `'5gwei'`; a bare number has the unit that the field states.
 *
 * @example const parameters: LoadTestParameters = { users: 500, rate: '5/s', thresholds: ['success >= 99%'] }
 */
export interface LoadTestParameters extends LoadParameters {
  /** Settings to start from; what is given here goes before them. @default 'smoke' */
  preset?: 'smoke' | 'debug' | 'conservative' | 'burst' | undefined
  /**
   * Environment under test: local (the embedded testbed), moksha, env (everything from the environment), or a file. Allowed: local, moksha, env, or the path of a target document.
   *
   * @default 'local'
   */
  target?: 'local' | 'moksha' | 'env' | (string & {}) | Target | undefined
  /**
   * Seed of the run. The same seed and load give the same arrivals, wallets and data.
   *
   * @default 1
   */
  seed?: string | number | undefined
  /**
   * Number of users. Allowed: a whole number from 1 to 10000000.
   *
   * @default it follows from rate x time
   */
  users?: number | undefined
  /**
   * Condition on a metric of the run; exit code 4 if it fails. Repeatable. Replaces the thresholds of the preset. Allowed: conditions such as 'success >= 99%' or 'flow.p95 < 45s', or none.
   *
   * @default []
   */
  thresholds?: readonly string[] | undefined
  /**
   * Baseline from `vana-load baseline set` to check against; exit code 4 if a metric regresses beyond tolerance and noise.
   */
  baseline?: string | undefined
  /**
   * Let flows continue without a part that fails. They are marked degraded and never count as succeeded. Allowed: mock-inference.
   *
   * @default []
   */
  degrade?: readonly string[] | undefined
  /**
   * Stop at the first flow that does not succeed.
   *
   * @default false
   */
  failFast?: boolean | undefined
  /**
   * Label kept with the results.
   */
  label?: string | undefined
  /** How users arrive. Users, rate and time belong together: give two, and the third follows. */
  load?: LoadParameters | undefined
  /** What happens when the target fails. */
  breaker?: BreakerParameters | undefined
  /** What every user does. */
  flow?: FlowParameters | undefined
  /** Retries of idempotent steps. */
  retry?: RetryParameters | undefined
  /** How the chain is used. */
  chain?: ChainParameters | undefined
  /** The embedded stack that is started for the target `'local'`. */
  testbed?: TestbedParameters | undefined
  /** The wallets of the users. */
  wallets?: WalletParameters | undefined
  /** Limits on what a run may spend. */
  limits?: LimitParameters | undefined
  /** Where results are written. */
  output?: OutputParameters | undefined
}

/** How users arrive. Users, rate and time belong together: give two, and the third follows. */
export interface LoadParameters {
  /**
   * How users arrive: poisson (like real traffic), constant (evenly spaced), batch (a batch after the last one ended), wave (batches on a schedule), at-once, or replay (a recording).
   *
   * @default 'poisson'
   */
  arrival?: 'poisson' | 'constant' | 'wave' | 'replay' | 'batch' | 'at-once' | undefined
  /**
   * Arrivals per second at the plateau; fractions are allowed. Allowed: a rate such as 3, 0.5/s, 90/min or 5000/h (a bare number is per second).
   *
   * @default it follows from users / time
   */
  rate?: string | number | undefined
  /**
   * Duration of the load, ramps included. An upper limit if users and rate are given too. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is minutes).
   *
   * @default it follows from users / rate, or the sum of the stages
   */
  duration?: string | number | undefined
  /**
   * Time in which the rate rises from zero. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is minutes).
   *
   * @default '0s'
   */
  rampUp?: string | number | undefined
  /**
   * Time at the full rate. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is minutes).
   *
   * @default it follows from duration - ramps
   */
  sustain?: string | number | undefined
  /**
   * Time in which the rate falls to zero. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is minutes).
   *
   * @default '0s'
   */
  rampDown?: string | number | undefined
  /**
   * Custom stages of the rate, such as '0-5/s over 30s, 5/s for 10m'. Replaces rate, duration and ramps. Allowed: stages such as '0-5/s over 30s, 5/s for 10m' (a bare time is in minutes), or in a file a list of { from: 0, to: 5, over: 30s } and { rate: 5, for: 10m }.
   *
   * @default []
   */
  stages?: string | readonly StageParameters[] | undefined
  /**
   * Additional users for a while, on top of rate or stages, such as '20/s for 30s at 5m'. Repeatable. Allowed: spikes such as '20/s for 30s at 5m' (a bare time is in minutes), or in a file a list of { rate: 20, for: 30s, at: 5m }.
   *
   * @default []
   */
  spikes?: string | readonly SpikeParameters[] | undefined
  /**
   * Recorded arrivals to replay: the flows.ndjson of a run, or a file with one time per line (seconds, or dates).
   */
  replay?: string | undefined
  /**
   * Factor that compresses the schedule: 30 turns three hours into six minutes, at 30 times the rate. Allowed: a number from 0 to 1000000.
   *
   * @default 1
   */
  timeScale?: number | undefined
  /**
   * Highest number of flows in flight. Allowed: a whole number from 1 to 100000.
   *
   * @default 50
   */
  concurrency?: number | undefined
  /**
   * How long a due user waits for a free slot before it is dropped. Does not apply to batch and at-once. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is seconds).
   *
   * @default '30s'
   */
  patience?: string | number | undefined
  /**
   * Users of one batch or wave. Implies --arrival batch unless another arrival is given. Allowed: a whole number from 1 to 100000.
   *
   * @default 5
   */
  batchSize?: number | undefined
  /**
   * Delay from the end of a batch to the next, or between waves. Implies --arrival batch unless another arrival is given. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is seconds).
   *
   * @default '8s'
   */
  batchDelay?: string | number | undefined
  /**
   * One user at a time, with --spacing (2s) between the end of one and the start of the next.
   *
   * @default false
   */
  sequential?: boolean | undefined
  /**
   * Shortest time between two requests of the same kind (operation or identity) to a rate-limited personal server, plus a random share of up to half of it. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is seconds).
   *
   * @default '0s'
   */
  spacing?: string | number | undefined
  /**
   * Start fewer users while the target limits its rate (HTTP 429). Users who cannot start within --patience are dropped.
   *
   * @default false
   */
  adaptive?: boolean | undefined
  /**
   * Run only part i of n of the load. The n parts together are exactly the whole. Allowed: a part such as 2/4: the second of four.
   *
   * @default '1/1'
   */
  part?: string | undefined
  /**
   * Worker threads for encryption and signatures. (default: one per core) Allowed: a whole number from 1 to 512.
   */
  threads?: number | undefined
  /**
   * Grace period in which flows in flight may finish once the run is stopped. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is seconds).
   *
   * @default '30s'
   */
  grace?: string | number | undefined
}

/** What happens when the target fails. */
export interface BreakerParameters {
  /**
   * When too many flows fail: stop (end the run with exit code 5), pause (start no users until a few probes succeed), or off.
   *
   * @default 'stop'
   */
  mode?: 'stop' | 'pause' | 'off' | undefined
  /**
   * Consecutive failures that open the breaker; 0 means never. Allowed: a whole number from 0 to 1000000.
   *
   * @default 5
   */
  consecutiveFailures?: number | undefined
  /**
   * Failure rate above which the breaker opens, over the last flows of the window; 1 means never. Allowed: a number from 0 to 1.
   *
   * @default 0.5
   */
  failureRate?: number | undefined
  /**
   * Number of recent flows that the failure rate is computed over. Allowed: a whole number from 1 to 1000000.
   *
   * @default 50
   */
  window?: number | undefined
  /**
   * Time from the opening of the breaker to the first probe; doubles after each failed probe, up to eightfold. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is seconds).
   *
   * @default '10s'
   */
  coolDown?: string | number | undefined
  /**
   * Users of one probe. The breaker closes when all of them succeed. Allowed: a whole number from 1 to 1000.
   *
   * @default 3
   */
  probes?: number | undefined
  /**
   * Longest time that the breaker stays open; after that, the run stops with exit code 5. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is seconds).
   *
   * @default '5m'
   */
  limit?: string | number | undefined
}

/** What every user does. */
export interface FlowParameters {
  /**
   * Payer of the transaction: direct (the user, from a funded wallet) or relayed (a relayer).
   *
   * @default 'direct'
   */
  submission?: 'direct' | 'relayed' | undefined
  /**
   * Number of grantees that users are spread over. Personal servers cannot read a grantee beyond about 12,500 permissions. Allowed: a whole number from 1 to 1000.
   *
   * @default 1
   */
  grantees?: number | undefined
  /**
   * Size of a user's data: small (1 kB), medium (10 kB), large (100 kB), or mixed.
   *
   * @default 'medium'
   */
  dataSize?: 'small' | 'medium' | 'large' | 'mixed' | undefined
  /**
   * Prompt for the model, with {{data}} in place of the data. (default: a prompt per wallet) Allowed: a text with {{data}} in place of the data.
   */
  prompt?: string | undefined
  /**
   * Timeout of a whole flow. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is seconds).
   *
   * @default '2m'
   */
  timeout?: string | number | undefined
  /**
   * Timeout of one HTTP request, except the request for inference. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is seconds).
   *
   * @default '30s'
   */
  requestTimeout?: string | number | undefined
  /**
   * Timeout from the submission of a transaction to its last confirmation. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is seconds).
   *
   * @default '1m30s'
   */
  confirmTimeout?: string | number | undefined
  /**
   * Confirmations to wait for; 1 is the transaction's own block. More confirmations survive deeper reorganizations and take longer. Allowed: a whole number from 1 to 64.
   *
   * @default it follows from 1 on the embedded chain, 2 elsewhere
   */
  confirmations?: number | undefined
  /**
   * Timeout of the request for inference, and then of the wait for its result. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is seconds).
   *
   * @default '1m30s'
   */
  inferenceTimeout?: string | number | undefined
  /**
   * Interval between polls of an operation on the personal server. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is milliseconds).
   *
   * @default '500ms'
   */
  pollInterval?: string | number | undefined
}

/** Retries of idempotent steps. */
export interface RetryParameters {
  /**
   * Attempts of an idempotent step, including the first; 1 means no retries. Allowed: a whole number from 1 to 20.
   *
   * @default 7
   */
  attempts?: number | undefined
  /**
   * Upper limit of the delay before the first retry; doubles with every attempt. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is milliseconds).
   *
   * @default '250ms'
   */
  baseDelay?: string | number | undefined
  /**
   * Upper limit of the delay before any retry. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is milliseconds).
   *
   * @default '10s'
   */
  maxDelay?: string | number | undefined
  /**
   * Retries per first attempt, over the whole run, so that retries cannot become the load. Allowed: a number from 0 to 10.
   *
   * @default 0.2
   */
  budgetRatio?: number | undefined
}

/** How the chain is used. */
export interface ChainParameters {
  /**
   * Fee cap of a transaction, as a multiple of the next block's base fee. Allowed: a number from 1 to 100.
   *
   * @default 2
   */
  feeMultiplier?: number | undefined
  /**
   * Highest fee per gas that a transaction offers. Allowed: an amount such as 0.1, 5gwei or 100wei (a bare number is gwei).
   */
  maxFeePerGas?: string | number | undefined
  /**
   * Margin on top of the estimated gas of a transaction, as a share of it. Allowed: a number from 0 to 10.
   *
   * @default 0.1
   */
  gasLimitMargin?: number | undefined
  /**
   * Interval between polls for a new block. The whole process polls once. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is milliseconds).
   *
   * @default '500ms'
   */
  pollInterval?: string | number | undefined
  /**
   * Highest rate of JSON-RPC calls to each endpoint, for providers with a quota. Further calls wait. Allowed: a number from 0.1 to 1000000.
   */
  rpcRate?: number | undefined
  /**
   * Timeout of one JSON-RPC request to one endpoint; the next endpoint is asked after it. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is seconds).
   *
   * @default '15s'
   */
  rpcTimeout?: string | number | undefined
  /**
   * How long reads of the chain are retried while no endpoint answers; 0 tries each endpoint once. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 1h (a bare number is seconds).
   *
   * @default '30s'
   */
  rpcPatience?: string | number | undefined
  /**
   * Number of sending keys of the relayer, each with its own nonces. Allowed: a whole number from 1 to 1000.
   *
   * @default 4
   */
  relayerLanes?: number | undefined
}

/** The embedded stack that is started for the target `'local'`. */
export interface TestbedParameters {
  /**
   * Block time of the embedded chain; 6s is close to Moksha. Allowed: a duration such as 90s, 15m or 1h30m, from 100ms to 10m (a bare number is seconds).
   *
   * @default '1s'
   */
  blockTime?: string | number | undefined
  /**
   * Gas limit of a block of the embedded chain; 30 million fit about 18 first flows. Allowed: a whole number from 3000000 to 10000000000.
   *
   * @default 30000000
   */
  blockGasLimit?: number | undefined
  /**
   * Fork the state of this RPC endpoint, and use the contracts deployed there. For a URL with an access key, set VANA_LOAD_FORK. Allowed: a complete http or https URL.
   */
  forkUrl?: string | undefined
  /**
   * Median latency of the stand-in for the language model. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is milliseconds).
   *
   * @default '800ms'
   */
  inferenceMedian?: string | number | undefined
  /**
   * Further behavior of that stand-in: spread and bounds of its latency, and the share of answers that fail. Allowed: one or more of spread (0 to 5; 0 makes every answer take the median), min and max (times, min up to max) and failures (a share), such as spread=1,min=200ms,max=30s,failures=2%.
   */
  inference?: string | undefined
  /**
   * How the embedded personal server runs operations: serial (one at a time, like a single original instance) or parallel.
   *
   * @default 'parallel'
   */
  serverConcurrency?: 'serial' | 'parallel' | undefined
  /**
   * Version of the personal server that the embedded one imitates.
   *
   * @default 'main-2025-09-05'
   */
  serverProfile?: 'main-2025-09-05' | 'head-2025-10-17' | undefined
  /**
   * Rate limits of the embedded personal server per IP address, with the defaults of the original or your own. Allowed: off, on (the limits of the original), or numbers of your own such as identity=120,operations=100,default=60 (identity and default a minute, operations an hour).
   *
   * @default 'off'
   */
  serverRateLimits?: string | undefined
  /**
   * Provider that the embedded storage imitates: gcs (Google Cloud Storage), pinata (IPFS) or google-drive.
   *
   * @default 'gcs'
   */
  storage?: 'gcs' | 'pinata' | 'google-drive' | undefined
  /**
   * Rate limit of an embedded Pinata or Google Drive, in requests per minute; Pinata's own limit is 180. Allowed: a whole number from 1 to 1000000000.
   */
  storageRateLimit?: number | undefined
  /**
   * URLs of the embedded storage that go on chain: public, or signed (V4), which costs more gas.
   *
   * @default 'public'
   */
  storageUrls?: 'public' | 'signed' | undefined
  /**
   * Credentials that the embedded Google Cloud Storage requires: none, or token (an access token, like a real bucket).
   *
   * @default 'none'
   */
  storageAuth?: 'none' | 'token' | undefined
  /**
   * Inject a fault in front of a part, such as rpc:send-error=10%, storage:latency=200ms or api-server:503=2%. Repeatable. Allowed: <part>:<fault>=<amount>, the part one of rpc, storage, personal-server, api-server; latency or jitter with a time up to 10m; 429, 500, 502, 503, 504, reset, hang, slow-body with a share such as 5%; restart with time away and interval, such as 3s/1m; for rpc also send-error, drop-tx, stuck-tx with a share, and reorg with depth (up to 3) and interval, such as 2/30s.
   *
   * @default []
   */
  faults?: readonly string[] | undefined
  /**
   * Version of the contracts that the embedded ones imitate.
   *
   * @default '2025-09'
   */
  contracts?: '2025-09' | '2026-04' | undefined
}

/** The wallets of the users. */
export interface WalletParameters {
  /**
   * Funding of each wallet. A flow costs about 0.012 VANA on Moksha. Allowed: an amount such as 0.1, 5gwei or 100wei (a bare number is VANA).
   *
   * @default '0.1 VANA'
   */
  funding?: string | number | undefined
  /**
   * Index of the first wallet of the mnemonic, so that runs can use different wallets. Allowed: a whole number from 0 to 2147483647.
   *
   * @default 0
   */
  firstIndex?: number | undefined
  /**
   * Workers that fund wallets in the background while users arrive. Allowed: a whole number from 1 to 64.
   *
   * @default 4
   */
  fundingWorkers?: number | undefined
  /**
   * Return the remaining funds to the funder at the end; --no-sweep leaves them in the wallets.
   *
   * @default true
   */
  sweep?: boolean | undefined
  /**
   * Encrypted keystore with the mnemonic; created if it does not exist.
   */
  keystoreFile?: string | undefined
}

/** Limits on what a run may spend. */
export interface LimitParameters {
  /**
   * Spending cap of the funder, or of the relayer, gas included. The run stops before it exceeds the cap. Allowed: an amount such as 0.1, 5gwei or 100wei (a bare number is VANA).
   *
   * @default it follows from users x funding + 10 %
   */
  maxSpend?: string | number | undefined
  /**
   * Allow mainnet (chain 1480), where funds have real value. Requires --max-spend.
   *
   * @default false
   */
  allowMainnet?: boolean | undefined
}

/** Where results are written. */
export interface OutputParameters {
  /**
   * Results folder: every run gets a folder of its own there.
   *
   * @default 'results'
   */
  directory?: string | undefined
}

/** A stage of a load: from one rate to another over a time, or one rate for a time. A bare number is minutes or per second. */
export type StageParameters =
  | { from: string | number; to: string | number; over: string | number }
  | { rate: string | number; for: string | number }

/** More users for a while, from a time after the start. A bare number is minutes or per second. */
export type SpikeParameters = { rate: string | number; for: string | number; at: string | number }
