import { readBalance } from '../chain/rpc/chain-reads.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { type BatchPacker, createBatchPacker, type PackingOptions } from './batch-packer.ts'
import { takeFunderTurn } from './funder-turns.ts'
import type { FundingBatch, FundingTotals } from './funding-batch.ts'
import { checkAffordable } from './funding-plan.ts'
import type { HdWallets } from './hd-wallets.ts'
import { type IndexRange, uniteRanges } from './index-range.ts'
import {
  batchEntry,
  lockJournal,
  type MoneyJournal,
  openMoneyJournal,
  paidEntry,
  planEntry,
  sentLedger,
} from './money-journal.ts'
import { payBatch, verifyFunded } from './pay-batch.ts'
import type { Payer } from './payer.ts'
import { createPersistence, type Persistence } from './persistence.ts'
import { readOpenPayments } from './read-money-journal.ts'
import { readWallets } from './read-wallets.ts'
import { runLimited } from './run-limited.ts'
import { settleEarlier } from './settle-earlier.ts'
import { createSpendingLimit } from './spending-limit.ts'
import {
  type ChainAbilities,
  checkChainAllowed,
  findAbilities,
  type MoneyContracts,
  type WalletChain,
} from './wallet-chain.ts'

/** What to fund, and with what. */
export type FundWalletsOptions = {
  chain: WalletChain
  contracts: MoneyContracts
  wallets: Pick<HdWallets, 'user'>
  ranges: readonly IndexRange[]
  /** What each wallet must hold in the end. */
  amountWei: bigint
  payer: Payer
  /** The wallets may be sending meanwhile, as lanes do: what one of them spends itself is not missed. @default false */
  inUse?: boolean | undefined
  /** Most that may leave the funder, gas included. */
  maxSpendWei: bigint
  /** @default false */
  allowMainnet?: boolean | undefined
  /** Where the plan is written before anything is sent, and then what was paid; without it nothing is written. */
  journalPath?: string | undefined
  /** Batches in flight at the same time. @default 4, and 32 where each wallet takes a transaction of its own */
  concurrency?: number | undefined
  /** @default 16_000_000n, and never more than half a block */
  maxGasPerTransaction?: bigint | undefined
  /** Called with a sentence for people when it waits: for another process with the same journal or funder, or for an endpoint. */
  note?: ((text: string) => void) | undefined
  /** Called with the plan before it is executed. */
  onPlan?: ((plan: FundingTotals) => void) | undefined
  /** Called after each batch that is verified. */
  onProgress?: ((progress: { fundedWallets: number; wallets: number }) => void) | undefined
  /** How long to go on while the chain's endpoints fail, in milliseconds without any success. @default 120_000 */
  persistMs?: number | undefined
  signal?: AbortSignal | undefined
}

/** What funding did. */
export type FundingResult = {
  /** Wallets that lacked something and now hold enough. */
  fundedWallets: number
  /** Wallets that held enough already. */
  satisfiedWallets: number
  transactions: number
  valueWei: bigint
  feesWei: bigint
}

/**
 * Brings every wallet of some ranges to an amount, paying only what is missing; then looks at every balance again.
 *
 * All wallets are looked at first, so that the whole is known to be affordable before anything is sent, and a second time
 * when their turn has come. However many there are, some hundred are held at a time.
 *
 * It may be stopped or killed at any moment and called again: earlier payments that are still in flight are waited
 * for before balances are read, so nobody is paid twice. Another process of this machine with the same journal, or
 * the same funder, is waited for as well.
 *
 * @throws LoadTestError before anything is sent: MAINNET_REFUSED, FUNDER_BUSY, SPENDING_CAP, CHAIN_INSUFFICIENT_FUNDS, CHAIN_NONCE;
 * later: FUNDING_FAILED, TX_NOT_CONFIRMED, a `CHAIN_*` code. The signal's reason.
 * @example await fundWallets({ chain, contracts, wallets, ranges: [{ from: 0, count: 1000 }], amountWei, payer, maxSpendWei })
 */
export async function fundWallets(options: FundWalletsOptions): Promise<FundingResult> {
  const { chain, journalPath, payer, note, signal } = options
  checkChainAllowed(chain.rpc.chainId, options.allowMainnet ?? false)
  // Two that look at the same balances would both pay.
  const unlock =
    journalPath === undefined
      ? undefined
      : await lockJournal(journalPath, {
          signal,
          onWait: ({ pid }) => note?.(`Process ${pid} pays with ${journalPath}: waiting until it has ended.`),
        })
  try {
    // And two that take each other's nonces would both be slow.
    const endTurn = await takeFunderTurn({ rpc: chain.rpc, address: payer.address }, { signal, note })
    try {
      return await payMissing(options, createPersistence(options))
    } finally {
      await endTurn()
    }
  } finally {
    await unlock?.()
  }
}

async function payMissing(options: FundWalletsOptions, persistence: Persistence): Promise<FundingResult> {
  const { chain, contracts, amountWei, payer, maxSpendWei, journalPath, signal } = options
  const earlier = journalPath === undefined ? [] : await readOpenPayments(journalPath)
  const { hold } = persistence
  await hold(() => settleEarlier(chain, payer.address, { hashes: earlier, signal }))

  const abilities = await hold(() => findAbilities(chain, contracts, { signal }))
  const packing = await hold(() => findPacking(options, abilities))
  const planned = createBatchPacker(packing)
  for await (const _ of packBatches(options, { abilities, persistence, packer: planned }));
  const plan = planned.totals()
  checkAffordable(plan, {
    spendableWei: maxSpendWei,
    funder: payer.address,
    funderBalanceWei: await hold(() => readBalance(chain.rpc, payer.address, { signal })),
  })
  options.onPlan?.(plan)

  const journal = journalPath === undefined ? undefined : await openMoneyJournal(journalPath)
  try {
    await journal?.append(planEntry(plan, { chainId: chain.rpc.chainId, funder: payer.address, amountWei }))
    const result = await payAll(options, { abilities, persistence, packing, plan, journal })
    await journal?.append({ type: 'verified' })
    return result
  } finally {
    await journal?.close()
  }
}

/** Looks at the wallets once more, some at a time, and pays what they lack now. */
async function payAll(
  options: FundWalletsOptions,
  planned: {
    abilities: ChainAbilities
    persistence: Persistence
    packing: PackingOptions
    plan: FundingTotals
    journal: MoneyJournal | undefined
  },
): Promise<FundingResult> {
  const { chain, amountWei, payer, maxSpendWei, signal } = options
  const { abilities, persistence, packing, plan, journal } = planned
  const { hold } = persistence
  const batchPayer = { chain, abilities, payer, limit: createSpendingLimit(maxSpendWei) }
  const result: FundingResult = {
    fundedWallets: 0,
    satisfiedWallets: plan.satisfied,
    transactions: 0,
    valueWei: 0n,
    feesWei: 0n,
  }
  if (plan.payments === 0) return result

  const inUseSince = options.inUse ? (await hold(() => chain.feed.head({ signal }))).number : undefined
  const verification = { amountWei, inUseSince, signal }
  const packer = createBatchPacker(packing)
  const concurrency = options.concurrency ?? (abilities.disperser === undefined ? 32 : 4)
  let begun = 0
  await runLimited(packBatches(options, { abilities, persistence, packer }), concurrency, async (batch) => {
    signal?.throwIfAborted()
    const number = begun
    begun += 1
    try {
      await journal?.append(batchEntry(number, batch))
      let isSent = false
      const onSent = (): void => {
        isSent = true
      }
      const ledger = journal && sentLedger(journal, number)
      // What was sent is not sent again, however its end was missed.
      const paid = await hold(
        () => payBatch(batchPayer, batch, { signal, ledger, onSent }),
        () => !isSent,
      )
      persistence.progressed()
      result.transactions += 1
      result.valueWei += paid.valueWei
      result.feesWei += paid.feesWei
      await journal?.append(paidEntry(number, paid))
      const { blockNumber } = paid.receipt
      await hold(() => verifyFunded(batchPayer, batch.payments, { ...verification, blockNumber }))
    } catch (error) {
      const code = error instanceof LoadTestError ? error.code : 'INTERNAL'
      await journal?.append({ type: 'failed', batch: number, code })
      throw error
    }
    result.fundedWallets += batch.payments.length
    options.onProgress?.({ fundedWallets: result.fundedWallets, wallets: plan.payments + plan.satisfied })
  })
  result.satisfiedWallets = packer.totals().satisfied
  return result
}

/** Reads who lacks what, and gives the payments one transaction at a time. */
async function* packBatches(
  { chain, wallets, ranges, signal }: FundWalletsOptions,
  {
    abilities: { multicall3 },
    persistence,
    packer,
  }: { abilities: ChainAbilities; persistence: Persistence; packer: BatchPacker },
): AsyncGenerator<FundingBatch> {
  // A wallet that is in two ranges is paid once.
  for await (const found of readWallets(
    { rpc: chain.rpc, wallets, multicall3, persistence, signal },
    uniteRanges(ranges),
  )) {
    for (const wallet of found) {
      const full = packer.add(wallet)
      if (full !== undefined) yield full
    }
  }
  const last = packer.end()
  if (last !== undefined) yield last
}

async function findPacking(
  { chain, amountWei, maxGasPerTransaction = 16_000_000n, signal }: FundWalletsOptions,
  { disperser }: ChainAbilities,
): Promise<PackingOptions> {
  const [{ gasLimit }, { maxFeePerGas }] = await Promise.all([
    chain.feed.head({ signal }),
    chain.fees.current({ signal }),
  ])
  // Room for others in the block, and for the limit that a node sets to one transaction.
  const half = gasLimit / 2n
  return {
    amountWei,
    way: disperser?.kind ?? 'transfer',
    maxFeePerGasWei: maxFeePerGas,
    maxGasPerTransaction: maxGasPerTransaction < half ? maxGasPerTransaction : half,
  }
}
