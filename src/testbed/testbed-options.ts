import type { Hex } from 'viem'
import type { ModelBehaviour } from '../config/kinds/model-behaviour.ts'
import type { ServerRateLimits } from '../config/kinds/server-rate-limits.ts'
import type { StorageProviderName } from '../config/storage-provider.ts'
import type { TestbedPart } from '../config/testbed-part.ts'

/** Which parts of the embedded stack to start, and how they behave. */
export type TestbedOptions = {
  /** The parts to start; a server also needs what stands under `surroundings`. @default all */
  only?: readonly TestbedPart[] | undefined
  /** What is there already. */
  surroundings?: TestbedSurroundings
  /** Ports on 127.0.0.1. @default free ones */
  ports?: { [Part in TestbedPart]?: number | undefined }
  /** From block to block, in milliseconds. @default 1000 */
  blockTimeMs?: number
  /** Gas that one block holds. @default 30_000_000 */
  blockGasLimit?: number
  /** RPC endpoint of a chain whose state and contracts are continued; may hold an access key. @default none */
  forkUrl?: string | undefined
  /** Which version of the contracts to resemble. @default '2025-09' */
  contracts?: '2025-09' | '2026-04'
  /** Whose storage is resembled. @default 'gcs' */
  storage?: StorageProviderName
  /** Requests to its API in a minute, where that is Pinata's or Google Drive's. @default any number */
  storageRateLimit?: number | undefined
  /** Name of the bucket. @default 'vana-load' */
  bucket?: string
  /** Whether anybody may read the bucket, or only holders of a signed URL. @default 'public' */
  storageUrls?: 'public' | 'signed'
  /** Whether the JSON API asks for an access token where a real bucket does, or for nothing. @default 'none' */
  storageAuth?: 'none' | 'token'
  /** Which version of the personal server to resemble. @default 'main-2025-09-05' */
  serverProfile?: 'main-2025-09-05' | 'head-2025-10-17'
  /** Whether the personal server works on one request at a time, as the original. @default 'serial' */
  serverConcurrency?: 'serial' | 'parallel'
  /** How many requests of an address the personal server lets through. @default false, all */
  serverRateLimits?: ServerRateLimits | false
  /** BIP-39 words that the personal server's keys come from. @default public development words */
  serverMnemonic?: string | undefined
  /** Median time that the stand-in for the language model takes, in milliseconds. @default 800 */
  inferenceMedianMs?: number
  /** How else that stand-in behaves. @default its own */
  inference?: ModelBehaviour | undefined
  /** How many apps are registered that users may grant access to. @default 1 */
  grantees?: number
  /** Number of keys that the API server relays with. @default 4 */
  relayerLanes?: number
  /** The most that the API server's relayer may spend, in wei. @default no limit */
  maxSpendWei?: bigint | undefined
  /** Faults between parts and whoever uses them, as `--fault` has them. @default none */
  faults?: readonly string[]
  /** Fixes the model's latencies and which requests faults hit. @default '1' */
  seed?: string
  signal?: AbortSignal
}

/** What the parts that are started find around them. */
export type TestbedSurroundings = {
  /** The chain, for servers that are started without one. */
  chain?: GivenChain | undefined
  /** Whom the API server asks when no personal server is started; ends in `/api/v1`. */
  personalServerUrl?: string | undefined
  /** Where the personal server reads what is on IPFS when no storage is started; loopback only. */
  ipfsGateways?: readonly string[] | undefined
  /** What stands in for Google Drive's hosts when no storage is started; loopback only. */
  driveUrl?: string | undefined
}

/** A chain that is not the testbed's own, and who acts on it. */
export type GivenChain = {
  id: number
  rpcUrls: readonly string[]
  /** The app's key; only the API server needs it. */
  granteePrivateKey?: Hex | undefined
  /** With which the API server relays; none turns the relay off. */
  relayerPrivateKeys?: readonly Hex[] | undefined
  /** The only grantee that permissions are relayed for. @default any */
  granteeId?: number | undefined
  /** More apps, with their keys. @default none */
  moreGrantees?: readonly { id: number; privateKey: Hex }[]
}
