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
   * The environment under test: local (embedded testbed), moksha, env (all from the environment), or a file. Allowed: local, moksha, env, or the path of a target document.
   *
   * @default 'local'
   */
  target?: 'local' | 'moksha' | 'env' | (string & {}) | Target | undefined
  /**
   * Same seed and same load: same arrivals, same wallets, same data.
   *
   * @default 1
   */
  seed?: string | number | undefined
  /**
   * How many users come in all. Allowed: a whole number from 1 to 10000000.
   *
   * @default it follows from rate x time
   */
  users?: number | undefined
  /**
   * A condition the run has to meet; give it several times for several. Replaces those of the preset. Allowed: conditions such as 'success >= 99%' or 'flow.p95 < 45s', or none.
   *
   * @default []
   */
  thresholds?: readonly string[] | undefined
  /**
   * A file of `vana-load baseline set`; a run that is worse beyond tolerance and noise exits with 4.
   */
  baseline?: string | undefined
  /**
   * Lets flows go on without a part that fails; they are marked degraded and never count as succeeded. Allowed: mock-inference.
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
   * A label kept with the results, to tell runs apart.
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
   * How users come: poisson (as real traffic), constant (evenly spaced), batch (the next when the last has ended), wave (batches by the clock), at-once, or replay.
   *
   * @default 'poisson'
   */
  arrival?: 'poisson' | 'constant' | 'wave' | 'replay' | 'batch' | 'at-once' | undefined
  /**
   * Users per second at the plateau; fractions are fine. Allowed: a rate such as 3, 0.5/s, 90/min or 5000/h (a bare number is per second).
   *
   * @default it follows from users / time
   */
  rate?: string | number | undefined
  /**
   * How long users come, ramps included; an upper limit when users and rate are given too. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is minutes).
   *
   * @default it follows from users / rate, or the sum of the stages
   */
  duration?: string | number | undefined
  /**
   * Time in which the rate climbs from zero. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is minutes).
   *
   * @default '0s'
   */
  rampUp?: string | number | undefined
  /**
   * Time for which the rate holds. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is minutes).
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
   * Any course of the rate, such as '0-5/s over 30s, 5/s for 10m'; in place of rate, duration and ramps. Allowed: stages such as '0-5/s over 30s, 5/s for 10m' (a bare time is in minutes), or in a file a list of { from: 0, to: 5, over: 30s } and { rate: 5, for: 10m }.
   *
   * @default []
   */
  stages?: string | readonly StageParameters[] | undefined
  /**
   * More users for a while, on top of rate or stages: '20/s for 30s at 5m'; may be given several times. Allowed: spikes such as '20/s for 30s at 5m' (a bare time is in minutes), or in a file a list of { rate: 20, for: 30s, at: 5m }.
   *
   * @default []
   */
  spikes?: string | readonly SpikeParameters[] | undefined
  /**
   * Users come as recorded: the flows.ndjson of a run, or a file with a time a line (seconds, or dates).
   */
  replay?: string | undefined
  /**
   * Compress the schedule in time: 30 makes of three hours six minutes, at 30 times the rate. Allowed: a number from 0 to 1000000.
   *
   * @default 1
   */
  timeScale?: number | undefined
  /**
   * Most users at work at the same time; never more than there are users. Allowed: a whole number from 1 to 100000.
   *
   * @default 50
   */
  concurrency?: number | undefined
  /**
   * How long a due user waits for a free place before it counts as dropped; not for batch and at-once. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is seconds).
   *
   * @default '30s'
   */
  patience?: string | number | undefined
  /**
   * Users of one batch or wave; asks for batch arrival when no other is given. Allowed: a whole number from 1 to 100000.
   *
   * @default 5
   */
  batchSize?: number | undefined
  /**
   * Time from the end of a batch to the next, or from wave to wave; asks for batch arrival when no other is given. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is seconds).
   *
   * @default '8s'
   */
  batchDelay?: string | number | undefined
  /**
   * One user after another, with --spacing (2s) from the end of one to the start of the next.
   *
   * @default false
   */
  sequential?: boolean | undefined
  /**
   * Least time between two requests for an operation, and between two for an identity, to a personal server that limits them; up to half of it is added at random. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is seconds).
   *
   * @default '0s'
   */
  spacing?: string | number | undefined
  /**
   * Start fewer users while the target limits its rate (HTTP 429); who finds no start within --patience counts as dropped.
   *
   * @default false
   */
  adaptive?: boolean | undefined
  /**
   * Carry only part i of n of the load; the n parts together are exactly the whole. Allowed: a part such as 2/4: the second of four.
   *
   * @default '1/1'
   */
  part?: string | undefined
  /**
   * Worker threads for encryption and signatures; without it, one for each core. Allowed: a whole number from 1 to 512.
   */
  threads?: number | undefined
  /**
   * Time that users in flight are given to end once the run is stopped. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is seconds).
   *
   * @default '30s'
   */
  grace?: string | number | undefined
}

/** What happens when the target fails. */
export interface BreakerParameters {
  /**
   * When too many flows fail: stop the run (exit code 5); pause, and start nobody until a few users have found that the target works again; or off.
   *
   * @default 'stop'
   */
  mode?: 'stop' | 'pause' | 'off' | undefined
  /**
   * Failures in a row that open the breaker; 0 for never. Allowed: a whole number from 0 to 1000000.
   *
   * @default 5
   */
  consecutiveFailures?: number | undefined
  /**
   * Share of failures in the window beyond which the breaker opens; 1 for never. Allowed: a number from 0 to 1.
   *
   * @default 0.5
   */
  failureRate?: number | undefined
  /**
   * How many of the last flows the share of failures is taken over. Allowed: a whole number from 1 to 1000000.
   *
   * @default 50
   */
  window?: number | undefined
  /**
   * Time from the opening of the breaker to the first try; doubles with each that fails, up to eightfold. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is seconds).
   *
   * @default '10s'
   */
  coolDown?: string | number | undefined
  /**
   * Users of one try, all of whom have to get through for the breaker to close. Allowed: a whole number from 1 to 1000.
   *
   * @default 3
   */
  probes?: number | undefined
  /**
   * Time after which a breaker that has not closed again stops the run with exit code 5. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is seconds).
   *
   * @default '5m'
   */
  limit?: string | number | undefined
}

/** What every user does. */
export interface FlowParameters {
  /**
   * Who pays for the transaction: direct (the user, from a funded wallet) or relayed (a relayer).
   *
   * @default 'direct'
   */
  submission?: 'direct' | 'relayed' | undefined
  /**
   * Grantees that the users are spread over; personal servers stop to read one near 12,500 permissions. Allowed: a whole number from 1 to 1000.
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
   * Prompt for the model, with {{data}} in it; without it, every wallet gets one of its own. Allowed: a text that holds {{data}} where the data goes.
   */
  prompt?: string | undefined
  /**
   * Time that a whole flow may take. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is seconds).
   *
   * @default '2m'
   */
  timeout?: string | number | undefined
  /**
   * Time that one HTTP or JSON-RPC request may take, but for the request for inference. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is seconds).
   *
   * @default '30s'
   */
  requestTimeout?: string | number | undefined
  /**
   * Time from the submission of a transaction to its last confirmation. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is seconds).
   *
   * @default '1m30s'
   */
  confirmTimeout?: string | number | undefined
  /**
   * Depth that a transaction's block must reach before the flow goes on; 1 is the block itself. More survive deeper reorganizations, and take longer. Allowed: a whole number from 1 to 64.
   *
   * @default it follows from 1 on the embedded chain, 2 elsewhere
   */
  confirmations?: number | undefined
  /**
   * Time that a request for inference may take, and then its result. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is seconds).
   *
   * @default '1m30s'
   */
  inferenceTimeout?: string | number | undefined
  /**
   * Pause between two looks at an operation of the personal server. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is milliseconds).
   *
   * @default '500ms'
   */
  pollInterval?: string | number | undefined
}

/** Retries of idempotent steps. */
export interface RetryParameters {
  /**
   * Attempts of an idempotent step in all, the first included; 1 for no retry. Allowed: a whole number from 1 to 20.
   *
   * @default 7
   */
  attempts?: number | undefined
  /**
   * Upper limit of the first pause before a retry; it doubles with every attempt. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is milliseconds).
   *
   * @default '250ms'
   */
  baseDelay?: string | number | undefined
  /**
   * Upper limit of any pause before a retry. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is milliseconds).
   *
   * @default '10s'
   */
  maxDelay?: string | number | undefined
  /**
   * Retries allowed per first attempt over the whole run, so that retries cannot become the load. Allowed: a number from 0 to 10.
   *
   * @default 0.2
   */
  budgetRatio?: number | undefined
}

/** How the chain is used. */
export interface ChainParameters {
  /**
   * Fee cap of a transaction as a multiple of the next block's base fee. Allowed: a number from 1 to 100.
   *
   * @default 2
   */
  feeMultiplier?: number | undefined
  /**
   * Most that a transaction offers per gas. Allowed: an amount such as 0.1, 5gwei or 100wei (a bare number is gwei).
   */
  maxFeePerGas?: string | number | undefined
  /**
   * Added to the estimated gas of a transaction, as a share of it. Allowed: a number from 0 to 10.
   *
   * @default 0.1
   */
  gasLimitMargin?: number | undefined
  /**
   * Pause between two looks for a new block; there is one look for the whole process. Allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is milliseconds).
   *
   * @default '500ms'
   */
  pollInterval?: string | number | undefined
  /**
   * Most JSON-RPC calls per second to each endpoint, for providers with a quota; more wait for their turn. Allowed: a number from 0.1 to 1000000.
   */
  rpcRate?: number | undefined
  /**
   * Time for which reads of the chain are repeated while no endpoint answers; 0 asks each once. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 1h (a bare number is seconds).
   *
   * @default '30s'
   */
  rpcPatience?: string | number | undefined
  /**
   * Number of keys that the relayer sends with, each with its own nonces. Allowed: a whole number from 1 to 1000.
   *
   * @default 4
   */
  relayerLanes?: number | undefined
}

/** The embedded stack that is started for the target `'local'`. */
export interface TestbedParameters {
  /**
   * Time between two blocks of the embedded chain; 6s resembles Moksha. Allowed: a duration such as 90s, 15m or 1h30m, from 100ms to 10m (a bare number is seconds).
   *
   * @default '1s'
   */
  blockTime?: string | number | undefined
  /**
   * Gas that fits into a block of the embedded chain; 30 million hold some 18 first flows. Allowed: a whole number from 3000000 to 10000000000.
   *
   * @default 30000000
   */
  blockGasLimit?: number | undefined
  /**
   * Continue the state of this RPC, with the contracts deployed there, rather than start from nothing; for a URL with an access key, set VANA_LOAD_FORK. Allowed: a complete http or https URL.
   */
  forkUrl?: string | undefined
  /**
   * Median time that the embedded stand-in for the language model takes. Allowed: a duration such as 90s, 15m or 1h30m, from 0s to 168h (a bare number is milliseconds).
   *
   * @default '800ms'
   */
  inferenceMedian?: string | number | undefined
  /**
   * How else that stand-in behaves: spread of its times around the median, their bounds, and how many answers fail. Allowed: one or more of spread (0 to 5; 0 makes every answer take the median), min and max (times, min up to max) and failures (a share), such as spread=1,min=200ms,max=30s,failures=2%.
   */
  inference?: string | undefined
  /**
   * The embedded personal server: serial (one at a time, as a single original instance) or parallel.
   *
   * @default 'parallel'
   */
  serverConcurrency?: 'serial' | 'parallel' | undefined
  /**
   * Version of the personal server that the embedded one resembles.
   *
   * @default 'main-2025-09-05'
   */
  serverProfile?: 'main-2025-09-05' | 'head-2025-10-17' | undefined
  /**
   * Let the embedded personal server limit requests by address, as the original can, by its numbers or by yours. Allowed: off, on (the limits of the original), or numbers of your own such as identity=120,operations=100,default=60 (identity and default a minute, operations an hour).
   *
   * @default 'off'
   */
  serverRateLimits?: string | undefined
  /**
   * Storage that the embedded one resembles: gcs (Google Cloud Storage), pinata (IPFS) or google-drive.
   *
   * @default 'gcs'
   */
  storage?: 'gcs' | 'pinata' | 'google-drive' | undefined
  /**
   * Most requests a minute that an embedded Pinata or Google Drive takes, as the services do; Pinata's own limit is 180. Allowed: a whole number from 1 to 1000000000.
   */
  storageRateLimit?: number | undefined
  /**
   * URLs of the embedded storage that go on chain: public, or signed (V4), which cost more gas.
   *
   * @default 'public'
   */
  storageUrls?: 'public' | 'signed' | undefined
  /**
   * Credentials that the JSON API of the embedded Google Cloud Storage asks for: none, or token (an access token, as a real bucket does).
   *
   * @default 'none'
   */
  storageAuth?: 'none' | 'token' | undefined
  /**
   * A fault in front of a part, such as rpc:send-error=10%, storage:latency=200ms or api-server:503=2%; give it several times for several. Allowed: <part>:<fault>=<amount>, the part one of rpc, storage, personal-server, api-server; latency or jitter with a time up to 10m; 429, 500, 502, 503, 504, reset, hang, slow-body with a share such as 5%; restart with time away and interval, such as 3s/1m; for rpc also send-error, drop-tx, stuck-tx with a share, and reorg with depth (up to 3) and interval, such as 2/30s.
   *
   * @default []
   */
  faults?: readonly string[] | undefined
  /**
   * Version of the contracts that the embedded ones resemble.
   *
   * @default '2025-09'
   */
  contracts?: '2025-09' | '2026-04' | undefined
}

/** The wallets of the users. */
export interface WalletParameters {
  /**
   * What each wallet is funded with; a flow costs some 0.012 VANA on Moksha. Allowed: an amount such as 0.1, 5gwei or 100wei (a bare number is VANA).
   *
   * @default '0.1 VANA'
   */
  funding?: string | number | undefined
  /**
   * Index of the first wallet under the mnemonic, so that runs can use different ones. Allowed: a whole number from 0 to 2147483647.
   *
   * @default 0
   */
  firstIndex?: number | undefined
  /**
   * Workers that fund wallets in the background while users come. Allowed: a whole number from 1 to 64.
   *
   * @default 4
   */
  fundingWorkers?: number | undefined
  /**
   * Return what is left in the wallets to the funder at the end; --no-sweep leaves it there.
   *
   * @default true
   */
  sweep?: boolean | undefined
  /**
   * Encrypted file with the mnemonic; written when it does not exist.
   */
  keystoreFile?: string | undefined
}

/** Limits on what a run may spend. */
export interface LimitParameters {
  /**
   * Most that may leave the funder, or that the relayer may spend, gas included; the run stops before it goes beyond. Allowed: an amount such as 0.1, 5gwei or 100wei (a bare number is VANA).
   *
   * @default it follows from users x funding + 10 %
   */
  maxSpend?: string | number | undefined
  /**
   * Allow chain 1480, where coins are worth money; --max-spend is then required.
   *
   * @default false
   */
  allowMainnet?: boolean | undefined
}

/** Where results are written. */
export interface OutputParameters {
  /**
   * Folder under which every run gets a folder of its own.
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
