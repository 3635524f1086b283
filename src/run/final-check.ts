import type { Hash } from 'viem'
import { systemClock } from '../async/clock.ts'
import { linkedSignal } from '../async/linked-signal.ts'
import { readReceipts } from '../chain/blocks/read-receipts.ts'
import { findPermissionAdded } from '../chain/permissions/permission-event.ts'
import { findTransaction, type Receipt, readBlock } from '../chain/rpc/chain-reads.ts'
import type { Target } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { TargetConnection } from '../flow/connect-target.ts'
import { correctFlow, type FinalReceipt, type FlowCorrection } from '../flow/correct-flow.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import type { FinalCheck } from '../results/final-check-schema.ts'
import { runLimited } from '../wallets/run-limited.ts'

/** A block with so many others on it is taken for final, unless the run saw a reorganization by then. */
const finalDepth = 64
/** Flows whose transactions are looked up together. */
const flowsAtOnce = 500
/** How long transactions that left their block may take to be mined again, in milliseconds. */
const patienceMs = 60_000
/** How long all of it may take, in milliseconds. */
const mostMs = 180_000

/** What is needed to look at the chain once more. */
export type FinalCheckOptions = {
  connection: Pick<TargetConnection, 'rpc' | 'feed' | 'reorgs' | 'currentHash'>
  target: Pick<Target, 'chain'>
  /** Reads the flows that have ended, from the first; called for each look. */
  flows: () => AsyncIterable<FlowRecord>
  signal: AbortSignal
}

/** What the last look found, and the records that it corrects by the number of their flow. */
export type FinalCheckResult = { check: FinalCheck; corrections: ReadonlyMap<number, FlowRecord> }

/**
 * Looks up the transactions of flows once more, after the last flow and when their money is settled: those in recent
 * blocks, those in all blocks since the first reorganization, and those that their flows gave up on.
 *
 * It repeats while a transaction that left its block waits in the pool, or the chain takes back what it found. Memory holds
 * the corrections, not the flows. It never rejects but with the signal's reason: a chain that can't be asked is a gap that
 * the result names.
 *
 * @example const { check, corrections } = await checkOnceMore({ connection, target, flows, signal })
 */
export async function checkOnceMore(options: FinalCheckOptions): Promise<FinalCheckResult> {
  const { connection } = options
  const { feed, reorgs } = connection
  const giveUpMs = systemClock.now() + patienceMs
  const limit = linkedSignal(
    options.signal,
    mostMs,
    () => new LoadTestError('CHAIN_UNREACHABLE', `It was not done within ${mostMs / 1000} s.`),
  )
  const { signal } = limit
  let look: Look = { checked: 0, corrections: new Map(), youngest: 0, areOpen: false }
  let incomplete: string | null = null
  try {
    for (;;) {
      // New blocks since the last flow may tell of a reorganization.
      const { number: head } = await feed.head({ signal, maxAgeMs: 0 })
      const before = reorgs.count()
      look = await lookOnce({ ...options, signal }, head)
      const timeoutMs = giveUpMs - systemClock.now()
      if (timeoutMs <= 0) break
      const isBuried = await reorgs.bury(look.youngest, { timeoutMs, signal })
      if (!look.areOpen && (reorgs.count() === before || !isBuried)) break
      if (look.areOpen) await systemClock.sleepUntil(systemClock.now() + 1_000, signal)
    }
  } catch (error) {
    options.signal.throwIfAborted()
    if (!(error instanceof LoadTestError)) throw error
    incomplete = error.message
  } finally {
    limit.dispose()
  }
  const kinds = { lost: 0, moved: 0, late: 0 }
  for (const { kind } of look.corrections.values()) kinds[kind] += 1
  const seen = { reorganizations: reorgs.count(), deepest: reorgs.deepest() }
  return {
    check: { checked: look.checked, ...kinds, ...seen, incomplete },
    corrections: new Map([...look.corrections].map(([index, { record }]) => [index, record])),
  }
}

type Look = {
  checked: number
  corrections: Map<number, FlowCorrection>
  /** The newest block that holds a transaction of the flows. */
  youngest: number
  /** Whether transactions that left their block may still come into another. */
  areOpen: boolean
}

async function lookOnce(options: FinalCheckOptions, head: number): Promise<Look> {
  const { flows, connection } = options
  const look: Look = { checked: 0, corrections: new Map(), youngest: 0, areOpen: false }
  let doubtful: FlowRecord[] = []
  for await (const flow of flows()) {
    const { tx } = flow
    if (tx === null) continue
    const isOld = tx.blockNumber !== null && tx.blockNumber <= head - finalDepth
    if (isOld && !connection.reorgs.mayBeRemoved(tx.blockNumber ?? 0)) continue
    doubtful.push(flow)
    if (doubtful.length < flowsAtOnce) continue
    await lookAt(doubtful, look, options)
    doubtful = []
  }
  await lookAt(doubtful, look, options)
  return look
}

async function lookAt(flows: readonly FlowRecord[], look: Look, options: FinalCheckOptions): Promise<void> {
  const { connection, target, signal } = options
  const { rpc, currentHash } = connection
  if (flows.length === 0) return
  const hashes = new Map(flows.flatMap(({ index, tx }) => (tx === null ? [] : [[index, tx.hash]])))
  const receipts = await readReceipts(rpc, [...hashes.values()], { signal })
  // A relayer may have replaced those that are in no block.
  const missing = [...hashes].filter(([, hash]) => !receipts.has(hash))
  await runLimited(missing, 8, async ([index, hash]) => {
    hashes.set(index, await currentHash(hash, signal))
  })
  const replaced = missing.flatMap(([index, old]) => {
    const hash = hashes.get(index)
    return hash === undefined || hash === old ? [] : [hash]
  })
  for (const [hash, receipt] of await readReceipts(rpc, replaced, { signal })) receipts.set(hash, receipt)

  const timestamps = await readTimestamps(connection, [...receipts.values()])
  const homeless: Hash[] = []
  for (const flow of flows) {
    const hash = hashes.get(flow.index)
    const receipt = hash === undefined ? undefined : receipts.get(hash)
    const found = receipt === undefined ? null : finalReceipt(receipt, timestamps, target)
    if (receipt !== undefined) look.youngest = Math.max(look.youngest, receipt.blockNumber)
    const correction = correctFlow(flow, found)
    if (correction !== null) look.corrections.set(flow.index, correction)
    const hasLeftItsBlock = found === null && flow.tx?.blockNumber !== null
    if (hasLeftItsBlock && hash !== undefined) homeless.push(hash)
  }
  await runLimited(homeless, 8, async (hash) => {
    if (!look.areOpen) look.areOpen = (await findTransaction(rpc, hash, { signal })) !== null
  })
  look.checked += flows.length
}

function finalReceipt(
  receipt: Receipt,
  timestamps: ReadonlyMap<Hash, number>,
  { chain }: Pick<Target, 'chain'>,
): FinalReceipt {
  return {
    ...receipt,
    blockTimestamp: timestamps.get(receipt.blockHash) ?? 0,
    permission: findPermissionAdded(receipt.logs, chain.contracts.permissions),
  }
}

/** The times of the blocks that the receipts are in, by hash: from the feed's memory, or from the chain. */
async function readTimestamps(
  { feed, rpc }: Pick<TargetConnection, 'feed' | 'rpc'>,
  receipts: readonly Receipt[],
): Promise<Map<Hash, number>> {
  const timestamps = new Map<Hash, number>()
  const byBlock = new Map(receipts.map((receipt) => [receipt.blockHash, receipt]))
  await runLimited(byBlock, 8, async ([blockHash, { transactionHash }]) => {
    const seen = feed.find(transactionHash)
    const block = seen?.hash === blockHash ? seen : await readBlock(rpc, { hash: blockHash })
    if (block !== null) timestamps.set(blockHash, block.timestamp)
  })
  return timestamps
}
