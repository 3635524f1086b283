import { setTimeout as sleepFor } from 'node:timers/promises'
import { decodeFunctionResult, encodeFunctionData, type Hex, parseAbi } from 'viem'
import { systemClock } from '../async/clock.ts'
import { createRetryBudget } from '../async/retry-budget.ts'
import { createSpacer } from '../async/spacer.ts'
import { type BlockFeed, createBlockFeed } from '../chain/blocks/block-feed.ts'
import { ReceiptHub } from '../chain/blocks/receipt-hub.ts'
import { type ReorgWatch, watchReorgs } from '../chain/blocks/reorg-watch.ts'
import { permissionsAbi } from '../chain/permissions/abi.ts'
import { encodeAddServerFilesAndPermissions } from '../chain/permissions/add-server-files-and-permissions.ts'
import { findPermissionAdded } from '../chain/permissions/permission-event.ts'
import { readCall } from '../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { createRpcPool } from '../chain/rpc/rpc-pool.ts'
import { tellRevert } from '../chain/transactions/explain-revert.ts'
import { createFees, type Fees } from '../chain/transactions/fees.ts'
import { createTransactionKeeper } from '../chain/transactions/keep-transaction.ts'
import { offerAgain } from '../chain/transactions/offer-again.ts'
import { createUserSender } from '../chain/transactions/user-sender.ts'
import { noStorageSecrets, type StorageSecrets } from '../config/storage-secrets.ts'
import type { Target } from '../config/target.ts'
import { toNativeAccount } from '../crypto/native-account.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createHttpAgent } from '../http/outbound.ts'
import { createApiServerClient } from './api-server-client.ts'
import { type ComputePool, createComputePool } from './compute-pool.ts'
import type { FlowReceipt, FlowServices, Grantee, Submission } from './flow-services.ts'
import { granteesOf, pickGrantee } from './grantee-pool.ts'
import { openStorage } from './open-storage.ts'
import { fetchIdentity } from './personal-server-client.ts'
import { followReplacements, submitRelayed } from './relayed-submission.ts'

/** How to work with a target. */
export type ConnectionSettings = {
  target: Target
  /** Who pays for transactions: the users, or the API server's relayer. */
  submission: 'direct' | 'relayed'
  /** How many of the target's grantees the users are spread over. @default 1 */
  grantees?: number
  /** One HTTP request, in milliseconds. @default 30_000 */
  requestTimeoutMs?: number
  /** A request for inference, in milliseconds: it may wait for all that came before it. @default requestTimeoutMs */
  inferenceTimeoutMs?: number
  /** From submission to the last confirmation, in milliseconds. @default 90_000 */
  confirmTimeoutMs?: number
  /** Depth that a transaction's block must reach; 1 is the block itself. @default 1 */
  confirmations?: number
  /** Between two looks for a new block, in milliseconds. @default 500 */
  blockPollIntervalMs?: number
  /** Fee cap as a multiple of the base fee. @default 2 */
  feeMultiplier?: number
  /** Added to the estimated gas, as a share of it. @default 0.1 */
  gasLimitMargin?: number
  /** One JSON-RPC request, in milliseconds. @default 15_000 */
  rpcTimeoutMs?: number
  /** JSON-RPC calls per second to each endpoint at most. @default no limit */
  rpcRatePerSecond?: number | undefined
  /** How long reads of the chain are repeated while no endpoint answers, in milliseconds. @default 30_000 */
  rpcPatienceMs?: number
  /** Most that a transaction offers per gas, in wei. @default no limit */
  maxFeePerGasWei?: bigint | undefined
  /** Repeats of idempotent steps. @default 7 attempts, 250 ms to 10 s, a fifth of all attempts */
  retry?: { attempts: number; baseDelayMs: number; maxDelayMs: number; budgetRatio: number }
  /** Least time between two requests of a kind to the personal server, in milliseconds; up to half of it is added. @default 0 */
  spacingMs?: number
  /** What opens the storage, besides the key file that the target may name. @default nothing */
  storageSecrets?: StorageSecrets
  /** Bearer token of the API server; secret. */
  apiServerToken?: string | undefined
  /** Worker threads. @default the machine's cores */
  threads?: number
  /** In [0, 1). @default Math.random */
  random?: () => number
}

/** A target that flows can work with, and what else of the chain a run needs. */
export type TargetConnection = {
  services: FlowServices
  rpc: RpcPool
  feed: BlockFeed
  /** What the feed saw the chain take back. */
  reorgs: ReorgWatch
  fees: Fees
  receipts: ReceiptHub
  compute: ComputePool
  /** The hash under which a relayer has a transaction now; the same one where it can't say, or there is no relayer. */
  currentHash(hash: Hex, signal: AbortSignal): Promise<Hex>
  /** Closes every connection and thread. */
  close(): Promise<void>
}

/** Opens everything that flows need of a target. Nothing is asked of it yet. */
export function connectTarget(settings: ConnectionSettings): TargetConnection {
  const { target, requestTimeoutMs = 30_000, spacingMs = 0, threads, random = Math.random } = settings
  const retry = settings.retry ?? { attempts: 7, baseDelayMs: 250, maxDelayMs: 10_000, budgetRatio: 0.2 }
  const rpc = createRpcPool({
    urls: target.chain.rpcUrls,
    chainId: target.chain.id,
    timeoutMs: settings.rpcTimeoutMs ?? 15_000,
    patienceMs: settings.rpcPatienceMs ?? 30_000,
    ...(settings.rpcRatePerSecond === undefined ? {} : { ratePerSecond: settings.rpcRatePerSecond }),
  })
  const feed = createBlockFeed({ rpc, pollIntervalMs: settings.blockPollIntervalMs ?? 500 })
  const reorgs = watchReorgs(feed)
  const offered = offerAgain({ rpc, feed })
  const fees = createFees({
    rpc,
    feed,
    baseFeeMultiplier: settings.feeMultiplier ?? 2,
    maxFeePerGasWei: settings.maxFeePerGasWei,
  })
  const receipts = new ReceiptHub({ rpc, feed })
  const compute = createComputePool(threads === undefined ? {} : { threads })
  const http = createHttpAgent({ connections: 256, pipelining: 1 })
  const storage = openStorage(target, settings.storageSecrets ?? noStorageSecrets, {
    timeoutMs: requestTimeoutMs,
  })
  const api = createApiServerClient(http, target.apiServer.url, {
    timeoutMs: requestTimeoutMs,
    inferenceTimeoutMs: settings.inferenceTimeoutMs ?? requestTimeoutMs,
    token: settings.apiServerToken,
  })
  const chain = { rpc, feed, reorgs, fees, receipts }
  const pool = granteesOf(target, settings.grantees).map((grantee) =>
    shared((signal) => resolveGrantee(rpc, target.chain.contracts.grantees, grantee, signal)),
  )
  const policy = { ...retry, budget: createRetryBudget(retry.budgetRatio, 50), random, sleep }
  const relayed = { api, feed, receipts, sleep }
  const sendDirectly = createUserSender({ ...chain, keep: createTransactionKeeper(chain) })
  return {
    services: {
      clock: { now: () => performance.now(), sleep },
      compute,
      storage: {
        async upload(bytes, name, contentType, signal) {
          return (await storage.upload(bytes, { name, contentType, signal })).url
        },
      },
      grantee: (index, signal) => pickGrantee(pool, index)(signal),
      personalServer: {
        url: target.personalServer.url,
        identity: (user, signal) =>
          fetchIdentity(http, target.personalServer.url, user, { signal, timeoutMs: requestTimeoutMs }),
      },
      chain: {
        id: target.chain.id,
        permissionNonce: (user, signal) => readPermissionNonce(rpc, target, user, signal),
        async submit(signed, user, signal, retry) {
          if (settings.submission === 'relayed') {
            return await submitRelayed(relayed, signed, user, signal, retry)
          }
          const submission = await sendDirectly({
            account: toNativeAccount(user.privateKey),
            to: target.chain.contracts.permissions,
            data: encodeAddServerFilesAndPermissions(signed.typedData.message, signed.signature),
            gasMargin: settings.gasLimitMargin ?? 0.1,
            fundsFor: user.fundsFor,
            ledger: user.ledger,
            signal,
          })
          offered.keep(submission, submission.afterBlock)
          return submission
        },
        async receipt(submission, flowSignal, onRefused) {
          const { kept } = submission
          const signal = kept === undefined ? flowSignal : AbortSignal.any([flowSignal, kept.lost])
          const following = new AbortController()
          if (settings.submission === 'relayed')
            void followReplacements(relayed, submission.hash, following.signal, onRefused)
          const { confirmTimeoutMs: timeoutMs = 90_000, confirmations = 1 } = settings
          try {
            return await waitForReceipt(receipts, target, submission, { timeoutMs, confirmations, signal })
          } finally {
            kept?.end()
            following.abort()
          }
        },
        revertReason: ({ hash: transactionHash, blockNumber, gasUsed }, signal) =>
          tellRevert(rpc, { transactionHash, blockNumber, gasUsed: BigInt(gasUsed) }, { signal }),
      },
      inference: { request: api.requestInference, poll: api.pollInference },
      turns: {
        identity: createSpacer(systemClock, spacingMs, random).turn,
        request: createSpacer(systemClock, spacingMs, random).turn,
      },
      retry: policy,
    },
    ...chain,
    compute,
    async currentHash(hash, signal) {
      if (settings.submission === 'direct') return hash
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

async function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleepFor(delayMs, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error
  })
}

/** Lets all callers share one answer; a failure is not kept. */
function shared<T>(ask: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let answer: T | undefined
  return async (signal) => {
    answer ??= await ask(signal)
    return answer
  }
}

const granteesAbi = parseAbi(['function granteeAddressToId(address granteeAddress) view returns (uint256)'])

/** Looks the app up by address, which costs the same however many permissions it has; reading its record does not. */
async function resolveGrantee(
  rpc: RpcPool,
  contract: Hex,
  grantee: Target['grantee'],
  signal: AbortSignal,
): Promise<Grantee> {
  const data = encodeFunctionData({
    abi: granteesAbi,
    functionName: 'granteeAddressToId',
    args: [grantee.address],
  })
  const result = await readCall(rpc, { to: contract, data }, { signal })
  const id = decodeFunctionResult({ abi: granteesAbi, functionName: 'granteeAddressToId', data: result })
  if (id === BigInt(grantee.id)) return { id, address: grantee.address }
  const found = id === 0n ? 'is not registered' : `has the id ${id}`
  throw new LoadTestError(
    'GRANTEE_NOT_FOUND',
    `Grantee ${grantee.id} is said to be ${grantee.address}, which ${found}.`,
  )
}

async function readPermissionNonce(
  rpc: RpcPool,
  { chain }: Target,
  user: Hex,
  signal: AbortSignal,
): Promise<bigint> {
  const data = encodeFunctionData({ abi: permissionsAbi, functionName: 'userNonce', args: [user] })
  const result = await readCall(rpc, { to: chain.contracts.permissions, data }, { signal, stickyKey: user })
  return decodeFunctionResult({ abi: permissionsAbi, functionName: 'userNonce', data: result })
}

async function waitForReceipt(
  receipts: ReceiptHub,
  { chain }: Target,
  { hash, afterBlock, submittedAtMs }: Submission,
  options: { timeoutMs: number; confirmations: number; signal: AbortSignal },
): Promise<FlowReceipt> {
  const mined = await receipts.waitForReceipt(hash, { afterBlock, submittedAtMs, ...options })
  const added = findPermissionAdded(mined.logs, chain.contracts.permissions)
  return {
    hash: mined.transactionHash,
    status: mined.status,
    blockNumber: mined.blockNumber,
    blockTimestamp: mined.blockTimestamp,
    blockAtMs: mined.blockAtMs,
    seenAtMs: mined.seenAtMs,
    gasUsed: Number(mined.gasUsed),
    gasPriceWei: String(mined.effectiveGasPrice),
    permission: added && { id: String(added.permissionId), user: added.user, grant: added.grant },
  }
}
