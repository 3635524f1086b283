import type { FlowRecord, Outcome } from '../../flow/flow-record.ts'
import { createRandom } from '../../random/random.ts'

/** A flow that claims a transaction in a block. */
export type ClaimedFlow = {
  index: number
  outcome: Outcome
  wallet: `0x${string}` | null
  hash: `0x${string}`
  permissionId: string | null
  blockNumber: number
  gasUsed: number | null
  gasPriceWei: bigint | null
  blockTimestamp: number | null
}

/** What the flows of a run claim. */
export type Claims = {
  outcomes: Record<Outcome, number>
  /** Flows with a permission. */
  permissions: number
  /** Flows that are to be looked up, all of them or a sample; and how many there were. */
  sampled: ClaimedFlow[]
  confirmed: number
  /** Flows that sent a transaction and did not see it in a block. */
  unconfirmed: { index: number; hash: `0x${string}`; outcome: Outcome }[]
  /** What contradicts itself, without any look at the chain. */
  contradictions: string[]
  /** First and last block; `null` without any. */
  blocks: { first: number; last: number } | null
  /** Wallet and permission of every flow that claims one, for the events of the chain. */
  permissionOf: Map<string, { wallet: string; index: number }>
  /** All wallets that were used, in lower case, with the flow's index. */
  wallets: Map<string, number>
}

/**
 * Reads what the flows of a run claim; what it keeps grows with the flows by some 200 bytes each.
 *
 * @param options.sample how many flows are looked up at most. @default all
 * @param options.seed decides which
 */
export async function readClaims(
  flows: AsyncIterable<FlowRecord>,
  options: { sample?: number | undefined; seed: string },
): Promise<Claims> {
  const { sample = Number.POSITIVE_INFINITY, seed } = options
  const random = createRandom(seed, 'audit')
  const claims: Claims = {
    outcomes: { succeeded: 0, failed: 0, 'timed-out': 0, aborted: 0, dropped: 0, degraded: 0 },
    permissions: 0,
    sampled: [],
    confirmed: 0,
    unconfirmed: [],
    contradictions: [],
    blocks: null,
    permissionOf: new Map(),
    wallets: new Map(),
  }
  const hashes = new Set<string>()
  const indexes = new Set<number>()
  for await (const flow of flows) {
    const { index, outcome, wallet, tx } = flow
    const contradict = (text: string): void => void claims.contradictions.push(`flow ${index} ${text}`)
    claims.outcomes[outcome] += 1
    if (indexes.has(index)) contradict('is there twice')
    indexes.add(index)
    if (wallet !== null && flow.startedMs !== null) claims.wallets.set(wallet.toLowerCase(), index)
    if (outcome === 'succeeded') {
      if (tx === null) contradict('succeeded without a transaction')
      else if (tx.blockNumber === null) contradict('succeeded without a block')
      else if (tx.permissionId === null) contradict('succeeded without a permission')
      if (flow.error !== null) contradict(`succeeded with an error (${flow.error.code})`)
    }
    if (tx === null) continue
    if (hashes.has(tx.hash)) contradict(`has the transaction of another flow, ${tx.hash}`)
    hashes.add(tx.hash)
    if (tx.permissionId !== null) {
      claims.permissions += 1
      const earlier = claims.permissionOf.get(tx.permissionId)
      if (earlier) contradict(`has permission ${tx.permissionId}, as flow ${earlier.index} has`)
      else claims.permissionOf.set(tx.permissionId, { wallet: (wallet ?? '').toLowerCase(), index })
    }
    if (tx.blockNumber === null) {
      claims.unconfirmed.push({ index, hash: tx.hash, outcome })
      continue
    }
    claims.blocks = {
      first: Math.min(claims.blocks?.first ?? tx.blockNumber, tx.blockNumber),
      last: Math.max(claims.blocks?.last ?? tx.blockNumber, tx.blockNumber),
    }
    claims.confirmed += 1
    const claimed: ClaimedFlow = {
      index,
      outcome,
      wallet,
      hash: tx.hash,
      permissionId: tx.permissionId,
      blockNumber: tx.blockNumber,
      gasUsed: tx.gasUsed,
      gasPriceWei: tx.gasPriceWei,
      blockTimestamp: tx.times?.blockTimestamp ?? null,
    }
    // Each of n flows is among the sample with the same chance (Vitter's algorithm R).
    const place =
      claims.sampled.length < sample ? claims.sampled.length : Math.floor(random() * claims.confirmed)
    if (place < sample) claims.sampled[place] = claimed
  }
  return claims
}
