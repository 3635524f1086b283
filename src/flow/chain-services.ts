import { decodeFunctionResult, encodeFunctionData, type Hex } from 'viem'
import type { RetryPolicy } from '../async/retry.ts'
import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import type { ReceiptHub } from '../chain/blocks/receipt-hub.ts'
import { permissionsAbi } from '../chain/permissions/abi.ts'
import { encodeAddServerFilesAndPermissions } from '../chain/permissions/add-server-files-and-permissions.ts'
import { findPermissionAdded } from '../chain/permissions/permission-event.ts'
import { readCall } from '../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { tellRevert } from '../chain/transactions/explain-revert.ts'
import type { Fees } from '../chain/transactions/fees.ts'
import { createTransactionKeeper } from '../chain/transactions/keep-transaction.ts'
import type { offerAgain } from '../chain/transactions/offer-again.ts'
import { createUserSender } from '../chain/transactions/user-sender.ts'
import type { Target } from '../config/target.ts'
import { toNativeAccount } from '../crypto/native-account.ts'
import type { ApiServerClient } from './api-server-client.ts'
import type { FlowReceipt, FlowServices, Submission } from './flow-services.ts'
import { followReplacements, submitRelayed } from './relayed-submission.ts'

/** Components of a flow's access to the chain. */
export type ChainServiceParts = {
  target: Target
  submission: 'direct' | 'relayed'
  rpc: RpcPool
  feed: BlockFeed
  fees: Fees
  receipts: ReceiptHub
  /** Resends transactions that nodes may have dropped. */
  offered: Pick<ReturnType<typeof offerAgain>, 'keep'>
  api: ApiServerClient
  sleep: RetryPolicy['sleep']
  /** Margin on top of the estimated gas, as a share of it. */
  gasLimitMargin: number
  /** Timeout from submission to the last confirmation, in milliseconds. */
  confirmTimeoutMs: number
  /** Required depth of a transaction's block. */
  confirmations: number
}

/** Makes a flow's access to the chain: nonces, submission by the user or the relayer, receipts, revert reasons. */
export function createChainServices(parts: ChainServiceParts): FlowServices['chain'] {
  const { target, submission: way, rpc, feed, fees, receipts, offered } = parts
  const sendDirectly = createUserSender({
    rpc,
    fees,
    keep: createTransactionKeeper({ rpc, feed, fees, receipts }),
  })
  return {
    id: target.chain.id,
    permissionNonce: (user, signal) => readPermissionNonce(rpc, target, { user, signal }),
    async submit(signed, user, { signal, retry }) {
      if (way === 'relayed') {
        return await submitRelayed(parts, signed, { user: user.address, signal, retry })
      }
      const submission = await sendDirectly({
        account: toNativeAccount(user.privateKey),
        to: target.chain.contracts.permissions,
        data: encodeAddServerFilesAndPermissions(signed.typedData.message, signed.signature),
        gas: { margin: parts.gasLimitMargin },
        fundsFor: user.fundsFor,
        ledger: user.ledger,
        signal,
      })
      offered.keep(submission, submission.afterBlock)
      return submission
    },
    async receipt(submission, { signal: flowSignal, onRefused }) {
      const { kept } = submission
      const signal = kept === undefined ? flowSignal : AbortSignal.any([flowSignal, kept.lost])
      const following = new AbortController()
      if (way === 'relayed') {
        void followReplacements(parts, submission.hash, { signal: following.signal, onRefused })
      }
      try {
        return await waitForReceipt(parts, submission, signal)
      } finally {
        kept?.end()
        following.abort()
      }
    },
    revertReason: ({ hash: transactionHash, blockNumber, gasUsed }, signal) =>
      tellRevert(rpc, { transactionHash, blockNumber, gasUsed: BigInt(gasUsed) }, { signal }),
  }
}

async function readPermissionNonce(
  rpc: RpcPool,
  { chain }: Target,
  { user, signal }: { user: Hex; signal: AbortSignal },
): Promise<bigint> {
  const data = encodeFunctionData({ abi: permissionsAbi, functionName: 'userNonce', args: [user] })
  const result = await readCall(rpc, { to: chain.contracts.permissions, data }, { signal, stickyKey: user })
  return decodeFunctionResult({ abi: permissionsAbi, functionName: 'userNonce', data: result })
}

async function waitForReceipt(
  { receipts, target, confirmTimeoutMs: timeoutMs, confirmations }: ChainServiceParts,
  { hash, afterBlock, submittedAtMs }: Submission,
  signal: AbortSignal,
): Promise<FlowReceipt> {
  const options = { afterBlock, submittedAtMs, timeoutMs, confirmations, signal }
  const mined = await receipts.waitForReceipt(hash, options)
  const added = findPermissionAdded(mined.logs, target.chain.contracts.permissions)
  return {
    hash: mined.transactionHash,
    status: mined.status,
    blockNumber: mined.blockNumber,
    blockTimestamp: mined.blockTimestamp,
    blockAtMs: mined.blockAtMs,
    seenAtMs: mined.seenAtMs,
    gasUsed: Number(mined.gasUsed),
    gasPriceWei: mined.effectiveGasPrice,
    permission: added && { id: String(added.permissionId), user: added.user, grant: added.grant },
  }
}
