import type { Hash, Hex } from 'viem'
import { type Clock, systemClock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { isKnownTransaction } from '../rpc/chain-reads.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import { rejectionReason } from '../rpc/rpc-error.ts'

/** A signed transaction and its hash. */
export type SignedTransaction = { raw: Hex; hash: Hash }

/** Settings of {@link broadcast}. */
export type BroadcastOptions = {
  /** The sender: its transactions go to one endpoint while that is healthy. */
  stickyKey: string
  /** How often the same bytes are offered while no node can be reached, or one fails inside. @default 3 */
  attempts?: number | undefined
  signal?: AbortSignal | undefined
  clock?: Clock | undefined
}

/**
 * Sends a signed transaction, the same bytes again while it is unclear whether a node took them.
 *
 * That is safe: a nonce makes the transaction unique. "Already known" is success. So is "nonce too low", and any error
 * that does not say why, when a node has this very transaction: it was taken, whatever was answered.
 *
 * @throws LoadTestError a `CHAIN_*` code. When a node may have taken it nevertheless (no answer came), the error has
 * `details.mayBeSent: true` and `details.hash`. The signal's reason.
 * @example await broadcast(rpc, { raw, hash }, { stickyKey: account.address })
 */
export async function broadcast(
  rpc: RpcPool,
  { raw, hash }: SignedTransaction,
  options: BroadcastOptions,
): Promise<void> {
  const { stickyKey, attempts = 3, signal, clock = systemClock } = options
  let mayBeSent = false
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rpc.request('eth_sendRawTransaction', [raw], { stickyKey, signal, onUnanswered })
      return
    } catch (error) {
      const reason = rejectionReason(error)
      if (reason === 'already-known') return
      const isUnclear = saysNothing(error)
      // What failed inside may have failed after it had taken the transaction, and what a lagging backend doesn't find says little.
      if (isInternalError(error)) mayBeSent = true
      const canHelp = isUnclear ? isInternalError(error) : isUnreachable(error)
      if (!canHelp || attempt >= attempts) {
        if ((reason === 'nonce-too-low' || isUnclear) && (await isOurs(error))) return
        throw withFate(error, hash, mayBeSent)
      }
    }
    await clock.sleepUntil(clock.now() + 100 * 2 ** attempt, signal)
  }

  /** The transaction may be in the pool of the endpoint that did not answer, even if another one then refused it. */
  function onUnanswered(): void {
    mayBeSent = true
  }

  async function isOurs(rejection: unknown): Promise<boolean> {
    try {
      return await isKnownTransaction(rpc, hash, { stickyKey, signal })
    } catch {
      throw withFate(rejection, hash, mayBeSent || saysNothing(rejection))
    }
  }
}

/** Whether the transaction of a failed {@link broadcast} may be in a node's pool nevertheless. */
export function mayBeSent(error: unknown): boolean {
  return error instanceof LoadTestError && error.details.mayBeSent === true
}

const isUnreachable = (error: unknown): boolean =>
  error instanceof LoadTestError && error.code === 'CHAIN_UNREACHABLE'

/** An error that leaves open whether the node took the transaction: gateways replace the node's answer by their own. */
const saysNothing = (error: unknown): boolean =>
  error instanceof LoadTestError && error.code === 'CHAIN_RPC_ERROR'

/** JSON-RPC's "internal error": says something of the node, and nothing of the transaction. */
const isInternalError = (error: unknown): boolean =>
  error instanceof LoadTestError && error.code === 'CHAIN_RPC_ERROR' && error.details.code === -32603

function withFate(error: unknown, hash: Hash, mayBeSent: boolean): unknown {
  if (!(error instanceof LoadTestError)) return error
  const { code, message, cause, details } = error
  return new LoadTestError(code, message, { cause, details: { ...details, hash, mayBeSent } })
}
