import type { Hex } from 'viem'
import type { RetryPolicy } from '../async/retry.ts'
import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import type { ReceiptHub } from '../chain/blocks/receipt-hub.ts'
import type { SignedPermission } from '../vana/user-crypto.ts'
import type { ApiServerClient } from './api-server-client.ts'
import type { Submission } from './flow-services.ts'
import type { StepRunner } from './step-runner.ts'

/** Dependencies of relayed transactions. */
export type RelayedParts = {
  api: Pick<ApiServerClient, 'relay' | 'relayed'>
  feed: Pick<BlockFeed, 'head'>
  receipts: Pick<ReceiptHub, 'replace'>
  sleep: RetryPolicy['sleep']
}

/** A relayer replaces a transaction only after its lane has been stuck for some blocks. */
const firstLookMs = 10_000
const nextLookMs = 5_000

/**
 * Submits a user's signature to the relayer, with retries.
 *
 * Retries are safe: the signature includes the user's nonce, so the contract accepts it once. The relayer answers the same
 * request with the same transaction, even if an earlier response was lost.
 *
 * @param options.retry the flow's own, which counts retries and respects the remaining time
 * @throws LoadTestError a `SERVER_*` code; the signal's reason
 */
export async function submitRelayed(
  { api, feed }: Pick<RelayedParts, 'api' | 'feed'>,
  signed: SignedPermission,
  options: { user: Hex; signal: AbortSignal; retry: StepRunner['retry'] },
): Promise<Submission> {
  const { user, signal, retry } = options
  const { number: afterBlock } = await feed.head({ signal })
  const sendingAtMs = performance.now()
  const hash = await retry(() => api.relay(signed, user, signal))
  return { hash, afterBlock, sendingAtMs, submittedAtMs: performance.now() }
}

/**
 * Follows a slow relayed transaction. If the relayer has replaced it, with higher fees and so under another hash, callers that
 * wait for the old hash get the receipt of the new one. Ends with the signal and never rejects.
 *
 * @param options.onRefused called with the error of each failed request
 */
export async function followReplacements(
  {
    api,
    receipts,
    sleep,
  }: Pick<RelayedParts, 'receipts' | 'sleep'> & { api: Pick<ApiServerClient, 'relayed'> },
  submitted: Submission['hash'],
  { signal, onRefused }: { signal: AbortSignal; onRefused: (error: unknown) => void },
): Promise<void> {
  let hash = submitted
  for (let waitMs = firstLookMs; !signal.aborted; waitMs = nextLookMs) {
    try {
      await sleep(waitMs, signal)
      const transaction = await api.relayed(hash, signal)
      if (transaction.hash !== hash) receipts.replace(hash, transaction.hash)
      hash = transaction.hash
      // A reorganization may remove a mined one, which the relayer then replaces. A dropped one stays dropped.
      if (transaction.state === 'dropped') return
    } catch (error) {
      if (!signal.aborted) onRefused(error)
      // Another kind of relayer has no such endpoint, and one that is down may recover. Either costs an occasional request.
    }
  }
}
