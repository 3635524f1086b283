import type { Hex } from 'viem'
import type { ModelBehaviour } from '../config/kinds/model-behaviour.ts'
import type { ServerRateLimits } from '../config/kinds/server-rate-limits.ts'
import type { StorageProviderName } from '../config/storage-provider.ts'
import type { TestbedPart } from '../config/testbed-part.ts'

/** Options of the embedded stack: the parts to start, and their behavior. */
export type TestbedOptions = {
  /** The parts to start. A server without the parts that it needs finds them in `surroundings`. @default all */
  only?: readonly TestbedPart[] | undefined
  /** Existing replacements for parts that are not started. */
  surroundings?: TestbedSurroundings | undefined
  /** Ports on 127.0.0.1. @default free ones */
  ports?: { [Part in TestbedPart]?: number | undefined }
  /** Time between blocks, in milliseconds. @default 1000 */
  blockTimeMs?: number | undefined
  /** Gas limit of a block. @default 30_000_000 */
  blockGasLimit?: number | undefined
  /** RPC endpoint of a chain to fork. May hold an access key. @default none */
  forkUrl?: string | undefined
  /** Version of the contracts to resemble. @default '2025-09' */
  contracts?: '2025-09' | '2026-04' | undefined
  /** Storage provider to resemble. @default 'gcs' */
  storage?: StorageProviderName | undefined
  /** Requests per minute to the API of Pinata or Google Drive. @default no limit */
  storageRateLimit?: number | undefined
  /** Name of the bucket. @default 'vana-load' */
  bucket?: string | undefined
  /** Whether anyone can read the bucket, or only holders of a signed URL. @default 'public' */
  storageUrls?: 'public' | 'signed' | undefined
  /** Whether the JSON API requires an access token where a real bucket does. @default 'none' */
  storageAuth?: 'none' | 'token' | undefined
  /** Version of the personal server to resemble. @default 'main-2025-09-05' */
  serverProfile?: 'main-2025-09-05' | 'head-2025-10-17' | undefined
  /** Whether the personal server handles one request at a time, like the original. @default 'serial' */
  serverConcurrency?: 'serial' | 'parallel' | undefined
  /** Request limits of the personal server. @default false, none */
  serverRateLimits?: ServerRateLimits | false | undefined
  /** BIP-39 mnemonic of the personal server. @default the public development mnemonic */
  serverMnemonic?: string | undefined
  /** Median latency of the embedded language model, in milliseconds. @default 800 */
  inferenceMedianMs?: number | undefined
  /** Other behavior of that model. */
  inference?: ModelBehaviour | undefined
  /** Number of registered apps that users can grant access to. @default 1 */
  grantees?: number | undefined
  /** Number of the API server's relayer keys. @default 4 */
  relayerLanes?: number | undefined
  /** The most that the API server's relayer may spend, in wei. @default no limit */
  maxSpendWei?: bigint | undefined
  /** Faults in front of the parts, as `--fault` has them. @default none */
  faults?: readonly string[] | undefined
  /** Determines the model's latencies and the requests that faults hit. @default '1' */
  seed?: string | undefined
  signal?: AbortSignal | undefined
}

/** Existing services that the started parts use. */
export type TestbedSurroundings = {
  /** Chain for the servers. */
  chain?: GivenChain | undefined
  /** Personal server for the API server. Ends in `/api/v1`. */
  personalServerUrl?: string | undefined
  /** IPFS gateways for the personal server; loopback only. */
  ipfsGateways?: readonly string[] | undefined
  /** Server that stands in for Google Drive's hosts; loopback only. */
  driveUrl?: string | undefined
}

/** An existing chain, with the keys that act on it. */
export type GivenChain = {
  id: number
  rpcUrls: readonly string[]
  /** The app's key. Only the API server needs it. */
  granteePrivateKey?: Hex | undefined
  /** Keys of the API server's relayer. None turns the relay off. */
  relayerPrivateKeys?: readonly Hex[] | undefined
  /** The only grantee that permissions are relayed for. @default any */
  granteeId?: number | undefined
  /** More apps, with their keys. @default none */
  moreGrantees?: readonly { id: number; privateKey: Hex }[] | undefined
}
