import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import type { Hex } from 'viem'
import { systemClock } from '../async/clock.ts'
import { createRetryBudget } from '../async/retry-budget.ts'
import { createSpacer } from '../async/spacer.ts'
import { type BlockFeed, createBlockFeed } from '../chain/blocks/block-feed.ts'
import { ReceiptHub } from '../chain/blocks/receipt-hub.ts'
import { type ReorgWatch, watchReorgs } from '../chain/blocks/reorg-watch.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { createRpcPool } from '../chain/rpc/rpc-pool.ts'
import { createFees, type Fees } from '../chain/transactions/fees.ts'
import { offerAgain } from '../chain/transactions/offer-again.ts'
import { noStorageSecrets, type StorageSecrets } from '../config/storage-secrets.ts'
import type { Target } from '../config/target.ts'
import { createHttpAgent } from '../http/outbound.ts'
import type { ObjectStorage } from '../storage/object-storage.ts'
import { createApiServerClient } from './api-server-client.ts'
import { createChainServices } from './chain-services.ts'
import { type ComputePool, createComputePool } from './compute-pool.ts'
import type { FlowServices } from './flow-services.ts'
import { openStorage } from './open-storage.ts'
import { fetchIdentity } from './personal-server-client.ts'
import { createGranteeLookup } from './resolve-grantee.ts'

/** Options of a connection to a target. */
export type ConnectionSettings = {
  target: Target
  /** Payer of the transactions: the users or the API server's relayer. */
  submission: 'direct' | 'relayed'
  /** Number of the target's grantees to spread the users over. */
  grantees: number
  /** Timeout of an HTTP request, in milliseconds. */
  requestTimeoutMs: number
  /** Timeout of a request for inference, which may wait for all earlier ones, in milliseconds. */
  inferenceTimeoutMs: number
  /** Timeout from submission to the last confirmation, in milliseconds. */
  confirmTimeoutMs: number
  /** Required depth of a transaction's block; 1 is the block itself. */
  confirmations: number
  /** Interval between polls for a new block, in milliseconds. */
  blockPollIntervalMs: number
  /** Fee cap as a multiple of the base fee. */
  feeMultiplier: number
  /** Margin on top of the estimated gas, as a share of it. */
  gasLimitMargin: number
  /** Timeout of a JSON-RPC request, in milliseconds. */
  rpcTimeoutMs: number
  /** Highest rate of JSON-RPC calls to each endpoint, per second. @default no limit */
  rpcRatePerSecond?: number | undefined
  /** How long reads of the chain are retried while no endpoint responds, in milliseconds. */
  rpcPatienceMs: number
  /** Highest fee per gas that a transaction offers, in wei. @default no limit */
  maxFeePerGasWei?: bigint | undefined
  /** Retries of idempotent steps. */
  retry: { attempts: number; baseDelayMs: number; maxDelayMs: number; budgetRatio: number }
  /** Shortest time between two requests of a kind to the personal server, in milliseconds, plus up to half of it. */
  spacingMs: number
  /** Credentials of the storage, in addition to the target's key file. @default none */
  storageSecrets?: StorageSecrets | undefined
  /** Bearer token of the API server; secret. */
  apiServerToken?: string | undefined
  /** Number of worker threads. @default the machine's cores */
  threads?: number | undefined
  /** In [0, 1). @default Math.random */
  random?: (() => number) | undefined
}

/** A target for flows, with the chain access that a run needs. */
export type TargetConnection = {
  services: FlowServices
  rpc: RpcPool
  feed: BlockFeed
  /** Reorganizations that the feed saw. */
  reorgs: ReorgWatch
  fees: Fees
  receipts: ReceiptHub
  compute: ComputePool
  /** Returns a transaction's current hash at the relayer; the same hash if unknown or if there is no relayer. */
  currentHash(hash: Hex, signal: AbortSignal): Promise<Hex>
  /** Closes every connection and thread. */
  close(): Promise<void>
}

/** Opens everything that flows need from a target, without any request yet. */
export function connectTarget(settings: ConnectionSettings): TargetConnection {
  const { target, submission, requestTimeoutMs: timeoutMs } = settings
  const chain = openChain(settings)
  const { receipts, reorgs, rpc } = chain
  const offered = offerAgain(chain)
  const compute = createComputePool({ threads: settings.threads })
  const http = createHttpAgent({ connections: 256, pipelining: 1 })
  const storage = openStorage(target, settings.storageSecrets ?? noStorageSecrets, { timeoutMs })
  const api = createApiServerClient(http, target.apiServer.url, {
    timeoutMs,
    inferenceTimeoutMs: settings.inferenceTimeoutMs,
    token: settings.apiServerToken,
  })
  return {
    services: {
      ...servicesOf(settings, { compute, http, storage, timeoutMs }),
      grantee: createGranteeLookup(rpc, target, settings.grantees),
      chain: createChainServices({
        ...chain,
        target,
        submission,
        offered,
        api,
        sleep,
        gasLimitMargin: settings.gasLimitMargin,
        confirmTimeoutMs: settings.confirmTimeoutMs,
        confirmations: settings.confirmations,
      }),
      inference: { request: api.requestInference, poll: api.pollInference },
    },
    ...chain,
    compute,
    async currentHash(hash, signal) {
      if (submission === 'direct') return hash
      const known = await api.relayed(hash, signal).catch(() => signal.throwIfAborted())
      return known?.hash ?? hash
    },
    async close() {
      receipts.close()
      reorgs.close()
      offered.close()
      await Promise.all([compute.stop(), rpc.close(), storage.close(), http.destroy()])
    },
  }
}

type OpenChain = Pick<TargetConnection, 'rpc' | 'feed' | 'reorgs' | 'fees' | 'receipts'>

function openChain(settings: ConnectionSettings): OpenChain {
  const { chain } = settings.target
  const rpc = createRpcPool({
    urls: chain.rpcUrls,
    chainId: chain.id,
    timeoutMs: settings.rpcTimeoutMs,
    patienceMs: settings.rpcPatienceMs,
    ratePerSecond: settings.rpcRatePerSecond,
  })
  const feed = createBlockFeed({ rpc, pollIntervalMs: settings.blockPollIntervalMs })
  const reorgs = watchReorgs(feed)
  const fees = createFees({
    rpc,
    feed,
    baseFeeMultiplier: settings.feeMultiplier,
    maxFeePerGasWei: settings.maxFeePerGasWei,
  })
  return { rpc, feed, reorgs, fees, receipts: new ReceiptHub({ rpc, feed }) }
}

/** Creates the services of a flow other than the chain and the API server. */
function servicesOf(
  { target, spacingMs, retry, random = Math.random }: ConnectionSettings,
  parts: { compute: ComputePool; http: Dispatcher; storage: ObjectStorage; timeoutMs: number },
): Omit<FlowServices, 'grantee' | 'chain' | 'inference'> {
  const { compute, http, storage, timeoutMs } = parts
  const { url } = target.personalServer
  return {
    clock: { now: () => performance.now(), sleep },
    compute,
    storage: {
      async upload(bytes, object) {
        return (await storage.upload(bytes, object)).url
      },
    },
    personalServer: {
      url,
      identity: (user, signal) => fetchIdentity(http, url, { user, signal, timeoutMs }),
    },
    turns: {
      identity: createSpacer(systemClock, spacingMs, random).turn,
      request: createSpacer(systemClock, spacingMs, random).turn,
    },
    retry: { ...retry, budget: createRetryBudget(retry.budgetRatio, 50), random, sleep },
  }
}

async function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleepFor(delayMs, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error
  })
}
