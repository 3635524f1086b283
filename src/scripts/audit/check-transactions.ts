import type { Address, Hash } from 'viem'
import { createReceiptReader } from '../../chain/blocks/receipt-reader.ts'
import { findPermissionAdded } from '../../chain/permissions/permission-event.ts'
import { createBatchCaller } from '../../chain/rpc/batch-caller.ts'
import { completeReceipt, type Receipt, readBlock } from '../../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../../chain/rpc/rpc.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { runLimited } from '../../wallets/run-limited.ts'
import { type AuditCheck, checkOf, unchecked } from './check.ts'
import type { ClaimedFlow, Claims } from './read-claims.ts'

/** Blocks that are read at the same time. */
const blocksAtOnce = 4

/** What is audited, and by what. */
export type AuditContext = {
  rpc: RpcPool
  permissions: Address
  /** Ids of the apps that may have got access; `null` when they are not known. */
  grantees: readonly number[] | null
  /** Whether users paid for their transactions, so that each was sent by its own wallet. */
  usersPay: boolean
  signal: AbortSignal
}

/**
 * Checks the transactions of flows on chain: block, status, event and gas.
 *
 * @throws LoadTestError TARGET_NOT_READY when this is another chain than that of the run; CHAIN_*
 */
export async function checkTransactions(
  claims: Claims,
  context: AuditContext,
): Promise<{ checks: AuditCheck[]; feesWei: bigint }> {
  const { receipts, strangeBlocks, blocks } = await readReceipts(claims.sampled, context)
  if (claims.sampled.length > 0 && receipts.size === 0 && strangeBlocks === blocks) {
    throw new LoadTestError(
      'TARGET_NOT_READY',
      'This is not the chain of that run: its blocks and transactions are not there.',
      {
        hint: 'An embedded chain ends with its run, and another chain may now use its port. Name the chain with --target.',
      },
    )
  }
  const onChain: string[] = []
  const event: string[] = []
  const gas: string[] = []
  const grantees = new Map<bigint, number>()
  let feesWei = 0n
  for (const flow of claims.sampled) {
    const name = `flow ${flow.index} (${flow.hash})`
    const receipt = receipts.get(flow.hash)
    if (receipt === undefined) {
      onChain.push(`${name} is in no block; claimed: ${flow.blockNumber}`)
      continue
    }
    feesWei += receipt.gasUsed * receipt.effectiveGasPrice
    if (receipt.blockNumber !== flow.blockNumber) {
      onChain.push(`${name} is in block ${receipt.blockNumber}; claimed: ${flow.blockNumber}`)
    }
    const isReverted = receipt.status === 'reverted'
    if (isReverted && flow.permissionId !== null) onChain.push(`${name} was reverted`)
    if (context.usersPay && flow.wallet !== null && !isSame(receipt.from, flow.wallet)) {
      onChain.push(`${name} was sent by ${receipt.from}, and not by its wallet ${flow.wallet}`)
    }
    if (
      (flow.gasUsed !== null && BigInt(flow.gasUsed) !== receipt.gasUsed) ||
      (flow.gasPriceWei !== null && flow.gasPriceWei !== receipt.effectiveGasPrice)
    ) {
      gas.push(`${name} used ${receipt.gasUsed} gas at ${receipt.effectiveGasPrice} wei`)
    }
    if (flow.permissionId === null) continue
    const added = findPermissionAdded(receipt.logs, context.permissions)
    if (added === null) event.push(`${name} has no PermissionAdded`)
    else {
      grantees.set(added.granteeId, (grantees.get(added.granteeId) ?? 0) + 1)
      if (String(added.permissionId) !== flow.permissionId) {
        event.push(`${name} added permission ${added.permissionId}; claimed: ${flow.permissionId}`)
      }
      if (flow.wallet === null || !isSame(added.user, flow.wallet)) {
        event.push(`${name} added a permission of ${added.user}; claimed: ${flow.wallet}`)
      }
      if (context.grantees?.every((id) => BigInt(id) !== added.granteeId)) {
        event.push(
          `${name} gave access to app ${added.granteeId}; the target's: ${context.grantees.join(', ')}`,
        )
      }
    }
  }
  const count = `${claims.sampled.length} of ${claims.confirmed} flows with a transaction in a block`
  const apps = [...grantees].map(([id, flows]) => `app ${id}: ${flows}`).join(', ') || 'none'
  return {
    feesWei,
    checks: [
      checkOf('transactions are in the blocks they name, with the status they claim', count, onChain),
      checkOf('their PermissionAdded has this user, app and id', `${count}; ${apps}`, event),
      ...(context.grantees === null
        ? [unchecked('the apps are those of the target', 'the target is not known: name it with --target')]
        : []),
      checkOf('gas and its price are those of the receipts', count, gas),
    ],
  }
}

/** Reads receipts by block; a transaction that is not in its claimed block is looked up individually. */
async function readReceipts(
  flows: readonly ClaimedFlow[],
  { rpc, signal }: AuditContext,
): Promise<{ receipts: Map<Hash, Receipt>; blocks: number; strangeBlocks: number }> {
  const byBlock = new Map<number, ClaimedFlow[]>()
  for (const flow of flows) {
    const others = byBlock.get(flow.blockNumber)
    if (others === undefined) byBlock.set(flow.blockNumber, [flow])
    else others.push(flow)
  }
  const readBlockReceipts = createReceiptReader(rpc)
  const receipts = new Map<Hash, Receipt>()
  let strangeBlocks = 0
  await runLimited(byBlock, blocksAtOnce, async ([number, claimed]) => {
    signal.throwIfAborted()
    const block = await readBlock(rpc, number, { signal })
    const timestamps = claimed.flatMap(({ blockTimestamp }) => blockTimestamp ?? [])
    const isOther = block === null || timestamps.some((timestamp) => timestamp !== block.timestamp)
    if (isOther) strangeBlocks += 1
    if (block === null) return
    const hashes = claimed.map(({ hash }) => hash)
    for (const receipt of await readBlockReceipts(block, hashes))
      receipts.set(receipt.transactionHash, receipt)
  })
  const missing = flows.map(({ hash }) => hash).filter((hash) => !receipts.has(hash))
  for (const receipt of await readSingly(rpc, missing)) receipts.set(receipt.transactionHash, receipt)
  return { receipts, blocks: byBlock.size, strangeBlocks }
}

/** The receipts of transactions of which no block is known; those that are in none are left out. */
async function readSingly(rpc: RpcPool, hashes: readonly Hash[]): Promise<Receipt[]> {
  const outcomes = await createBatchCaller(rpc)(
    hashes.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hash] })),
  )
  const receipts = await Promise.all(
    outcomes.map(async (outcome) => {
      if (!outcome.ok) throw outcome.error
      return await completeReceipt(rpc, outcome.result)
    }),
  )
  return receipts.filter((receipt) => receipt !== null)
}

/** What became of transactions that their flows never saw in a block: no claim, but something to know. */
export async function checkUnconfirmed(claims: Claims, { rpc }: AuditContext): Promise<AuditCheck[]> {
  const { unconfirmed } = claims
  if (unconfirmed.length === 0) return []
  const claim = 'transactions that their flows gave up on'
  const receipts = await readSingly(
    rpc,
    unconfirmed.map(({ hash }) => hash),
  )
  const found = new Map(receipts.map((receipt) => [receipt.transactionHash, receipt]))
  const examples = unconfirmed.flatMap(({ index, hash, outcome }) => {
    const receipt = found.get(hash)
    if (receipt === undefined) return []
    return [`flow ${index} (${hash}) ${outcome}, but is in block ${receipt.blockNumber}, ${receipt.status}`]
  })
  const detail = `${examples.length} of ${unconfirmed.length} got into a block after all`
  return [{ claim, verdict: 'noted', detail, examples: examples.slice(0, 5) }]
}

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
