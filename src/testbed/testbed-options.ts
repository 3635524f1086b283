/** How the embedded stack behaves. */
export type TestbedOptions = {
  /** Ports on 127.0.0.1. @default free ones */
  ports?: { chain?: number; storage?: number; personalServer?: number; apiServer?: number }
  /** From block to block, in milliseconds. @default 1000 */
  blockTimeMs?: number
  /** Gas that one block holds. @default 30_000_000 */
  blockGasLimit?: number
  /** RPC endpoint of a chain whose state and contracts are continued; may hold an access key. @default none */
  forkUrl?: string | undefined
  /** Which version of the contracts to resemble. @default '2025-09' */
  contracts?: '2025-09' | '2026-04'
  /** Name of the bucket. @default 'vana-load' */
  bucket?: string
  /** Whether anybody may read the bucket, or only holders of a signed URL. @default 'public' */
  storageUrls?: 'public' | 'signed'
  /** Which version of the personal server to resemble. @default 'main-2025-09-05' */
  serverProfile?: 'main-2025-09-05' | 'head-2025-10-17'
  /** Whether the personal server works on one request at a time, as the original. @default 'serial' */
  serverConcurrency?: 'serial' | 'parallel'
  /** Whether the personal server limits requests by address, as the original can. @default false */
  serverRateLimits?: boolean
  /** Median time that the stand-in for the language model takes, in milliseconds. @default 800 */
  inferenceMedianMs?: number
  /** Fixes the model's latencies. @default '1' */
  seed?: string
  signal?: AbortSignal
}
