import type { Address } from 'viem'
import type { ModelTiming } from './model-latency.ts'
import type { ModelProvider } from './model-provider.ts'
import type { ProfileName } from './profile.ts'
import type { RateLimits } from './rate-limit.ts'

/** Contracts that the server reads. */
export type ContractAddresses = { permissions: Address; grantees: Address; registry: Address }

/** Waits; rejects when the signal aborts. */
export type Sleep = (delayMs: number, signal: AbortSignal) => Promise<void>

/** Log of the server. A pino logger fits. */
export type ServerLogger = {
  debug(facts: object, message: string): void
  warn(facts: object, message: string): void
}

/** Options of the embedded personal server. */
export type PersonalServerOptions = {
  /** @default '127.0.0.1' */
  host?: string | undefined
  /** 0 takes a free port. @default 0 */
  port?: number | undefined
  /** JSON-RPC endpoint of the chain that holds the contracts. */
  rpcUrl: string
  /** 14800 or 1480, unless `contracts` is set. With any other id the operations routes answer 500, like the original's. */
  chainId: number
  /** @default the addresses that both networks share */
  contracts?: ContractAddresses | undefined
  /** BIP-39 words from which the server derives a key pair for each user. */
  mnemonic: string
  /** Version of the original to resemble. @default 'main-2025-09-05' */
  profile?: ProfileName | undefined
  /**
   * `serial` handles one request of any kind at a time, like the original's single blocking worker; `parallel` does not.
   *
   * @default 'serial'
   */
  concurrency?: 'serial' | 'parallel' | undefined
  /** Limits by IP address and signature; `{}` uses the original's. @default 'off', like the original without its store */
  rateLimits?: RateLimits | 'off' | undefined
  /** Largest request body, in bytes. The server answers a larger one with 413; the original has no limit. @default 16_777_216 */
  maxBodyBytes?: number | undefined
  /** Latency and failures of the embedded model. */
  model?: ModelTiming | undefined
  /** Runs predictions instead of the embedded model. */
  provider?: ModelProvider | undefined
  /** Base URLs of IPFS gateways. @default [], so that the server asks no host outside this machine */
  ipfsGateways?: readonly string[] | undefined
  /** URL of the server that stands in for the hosts of Google Drive. @default none */
  driveUrl?: string | undefined
  /** Path of a JSON page with {@link ServerStats}, which the original does not have. @default no page */
  metricsRoute?: string | undefined
  logger?: ServerLogger | undefined
  /** Milliseconds since the epoch. @default Date.now */
  clock?: (() => number) | undefined
  /** @default a timer */
  sleep?: Sleep | undefined
  /** Aborting it stops the server. */
  signal?: AbortSignal | undefined
}
