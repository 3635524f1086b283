import type { Hex } from 'viem'
import type { RetryPolicy } from '../async/retry.ts'
import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import type { ReceiptHub } from '../chain/blocks/receipt-hub.ts'
import type { SignedPermission } from '../vana/user-crypto.ts'
import type { ApiServerClient } from './api-server-client.ts'
import type { Submission } from './flow-services.ts'
import type { StepRunner } from './step-runner.ts'

/** What relayed transactions stand on. */
export type RelayedParts = {
  api: Pick<ApiServerClient, 'relay' | 'relayed'>
  feed: Pick<BlockFeed, 'head'>
  receipts: Pick<ReceiptHub, 'replace'>
  sleep: RetryPolicy['sleep']
}

/** A relayer does not replace a transaction before its lane has stood still for some blocks. */
const firstLookMs = 10_000
const nextLookMs = 5_000

/**
 * Hands what a user signed to the relayer, and again when that failed and may yet succeed.
 *
 * That is safe, and no blind repetition: the signature holds the user's nonce, so the contract accepts it once; and the
 * relayer gives the same request the same transaction, also one whose answer was lost.
 *
 * @param options.retry the flow's own, which counts and keeps to the time that is left
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
 * Follows a relayed transaction that is long in coming: the relayer may have replaced it, with higher fees and so under
 * another hash, and then those who wait for the old one get the new one. Ends with the signal, and never rejects.
 *
 * @param options.onRefused called with each look that failed
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
      // A reorganization may take a mined one back, and the relayer then replaces it; a dropped one stays dropped.
      if (transaction.state === 'dropped') return
    } catch (error) {
      if (!signal.aborted) onRefused(error)
      // A relayer of another kind cannot be asked, one that is down may be up again: both cost one request at times.
    }
  }
}
