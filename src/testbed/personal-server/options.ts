import type { Address } from 'viem'
import type { ModelTiming } from './model-latency.ts'
import type { ModelProvider } from './model-provider.ts'
import type { ProfileName } from './profile.ts'
import type { RateLimits } from './rate-limit.ts'

/** The contracts that the server reads. */
export type ContractAddresses = { permissions: Address; grantees: Address; registry: Address }

/** Waits; rejects when the signal aborts. */
export type Sleep = (delayMs: number, signal: AbortSignal) => Promise<void>

/** Where the server reports what it does; a pino logger fits. */
export type ServerLogger = {
  debug(facts: object, message: string): void
  warn(facts: object, message: string): void
}

/** How to run the embedded personal server. */
export type PersonalServerOptions = {
  /** @default '127.0.0.1' */
  host?: string
  /** 0 takes a free port. @default 0 */
  port?: number
  /** JSON-RPC endpoint of the chain that holds the contracts. */
  rpcUrl: string
  /** 14800 or 1480, unless `contracts` are given. With any other the operations routes answer 500, as the original's. */
  chainId: number
  /** @default the addresses that both networks share */
  contracts?: ContractAddresses
  /** BIP-39 words from which the server derives a key pair for each user. */
  mnemonic: string
  /** Which version of the original to resemble. @default 'main-2025-09-05' */
  profile?: ProfileName
  /**
   * `serial` handles one request of any kind at a time, as the original's single blocking worker does; `parallel` does
   * not. @default 'serial'
   */
  concurrency?: 'serial' | 'parallel'
  /** Limits by IP address and signature; `{}` takes the original's. @default 'off', as the original without its store */
  rateLimits?: RateLimits | 'off'
  /**
   * Greatest request body, in bytes; a larger one is answered with 413, which the original never does. Sixteen times as
   * much may be held for all requests at once.
   *
   * @default 16_777_216
   */
  maxBodyBytes?: number
  /** Latency and failures of the embedded model. */
  model?: ModelTiming
  /** Runs predictions in place of the embedded model. */
  provider?: ModelProvider
  /** Base URLs of IPFS gateways. @default [], the embedded server asks nobody outside */
  ipfsGateways?: readonly string[]
  /** What stands in for the hosts of Google Drive. @default undefined, nothing does */
  driveUrl?: string
  /** Path of a JSON page with {@link ServerStats}, which the original does not have. @default undefined, no page */
  metricsRoute?: string
  logger?: ServerLogger
  /** Milliseconds since the epoch. @default Date.now */
  clock?: () => number
  /** @default a timer */
  sleep?: Sleep
  /** Stops the server when it aborts. */
  signal?: AbortSignal
}
