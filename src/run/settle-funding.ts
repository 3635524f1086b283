import { type Address, formatEther, type Hash } from 'viem'
import { systemClock } from '../async/clock.ts'
import { readReceipts } from '../chain/blocks/read-receipts.ts'
import type { Receipt } from '../chain/rpc/chain-reads.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { MoneySettlement } from '../results/money-balance.ts'
import type { FundingPool } from '../wallets/funding-pool.ts'
import type { HdWallets } from '../wallets/hd-wallets.ts'
import { type IndexRange, nameRanges, uniteRanges } from '../wallets/index-range.ts'
import type { MoneyLedger, MoneyStatement } from '../wallets/money-ledger.ts'
import { createPersistence, type Persistence } from '../wallets/persistence.ts'
import { readWallets } from '../wallets/read-wallets.ts'
import { type SweepResult, sweepWallets } from '../wallets/sweep-wallets.ts'
import { findAbilities, type MoneyContracts, type WalletChain } from '../wallets/wallet-chain.ts'
import { howToReturn, walletsOf } from './left-behind.ts'

/** What the money of a run is settled with. */
export type FundingParts = {
  config: LoadTestConfig
  chain: WalletChain
  contracts: MoneyContracts
  /** Of this part of the run, numbered from 0. */
  wallets: Pick<HdWallets, 'user'>
  users: number
  funder: Address
  pool: Pick<FundingPool, 'bookLost' | 'stats'>
  ledger: MoneyLedger
  note: (text: string) => void
  /** Aborted when the run is to end at once. */
  forced: AbortSignal
}

type Problems = MoneySettlement['problems']
/** What is on the wallets; `undefined` where the chain does not tell. */
type Left = { leftWei: bigint | undefined; isSwept: boolean }

/** How long receipts are looked for that the ledger needs to reconcile: nodes show balances before them. */
const receiptPatienceMs = 10_000

/**
 * Returns what is left on a run's wallets, and says where all of the money went. While the chain's endpoints fail it goes
 * on for as long as {@link createPersistence} does; what could not be returned is a problem that names the command for it.
 *
 * @throws the forced signal's reason
 */
export async function settleFunding(parts: FundingParts): Promise<MoneySettlement> {
  const { config, funder, pool, ledger, note, forced } = parts
  const persistence = createPersistence({ signal: forced, note })
  const problems: Problems = []
  const wantsSweep = config.wallets.sweep && !forced.aborted
  if (wantsSweep) note('returning what is left to the funder')
  const take = async (): Promise<Left> => {
    problems.length = 0
    if (wantsSweep) return await sweepAll(parts, problems)
    return { leftWei: await sumOfBalances(parts, persistence, problems), isSwept: false }
  }
  await bookLost(parts, persistence)
  let left = await take()
  // Wallets hold more than was read if a payment that was given up has been mined meanwhile.
  if (await bookLost(parts, persistence)) left = await take()
  // Late, since what was still waiting had time to be mined before its wallet was swept.
  await settleLate(parts, left.leftWei, persistence)
  const { openWei } = pool.stats()
  if (openWei > 0n) {
    const returned = howToReturn(config, funder)
    const message = `Payments of ${formatEther(openWei)} VANA to wallets may still be mined. ${returned}`
    problems.push({ code: 'TX_NOT_CONFIRMED', message })
  }
  return { statement: closeBooks(ledger, left, problems), problems }
}

/** Enters payments that were given up and mined after all; whether there was one. */
async function bookLost({ pool, forced }: FundingParts, { hold }: Persistence): Promise<boolean> {
  try {
    return await hold(() => pool.bookLost({ signal: forced }))
  } catch (error) {
    // Reported as payments that may still be mined.
    problemOf(error, forced, '')
    return false
  }
}

async function sweepAll(parts: FundingParts, problems: Problems): Promise<Left> {
  const { config, chain, contracts, wallets, users, funder, ledger, note, forced } = parts
  try {
    const swept = await sweepWallets({
      chain,
      contracts,
      wallets,
      note,
      range: { from: 0, count: users },
      to: funder,
      allowMainnet: config.limits.allowMainnet,
      onSwept: ({ sweptWei, feesWei, hash }) => ledger.swept(sweptWei, feesWei, hash),
      signal: forced,
    })
    problems.push(...failuresOf(swept, parts))
    const isRead = swept.unreadWallets === 0
    return { leftWei: isRead ? swept.leftWei : undefined, isSwept: isRead && swept.failedWallets === 0 }
  } catch (error) {
    const problem = problemOf(error, forced, 'Not all wallets could be swept')
    // What came back until then is in the ledger; the chain says what is left.
    const leftWei = await sumOfBalances(parts, createPersistence({ persistMs: 0, signal: forced }), [])
    problems.push({ ...problem, message: `${problem.message} ${leftWords(leftWei, parts)}` })
    return { leftWei, isSwept: false }
  }
}

/** One problem for each reason, the last of which says how the rest comes back. */
function failuresOf(
  { failures, remaining, leftWei, unreadWallets }: SweepResult,
  parts: FundingParts,
): Problems {
  const problems = [...new Set(failures.map(({ error }) => error.code))].map((code) => {
    const alike = failures.filter(({ error }) => error.code === code)
    const ranges = alike.map(({ index }) => walletsOf(parts.config, { from: index, count: 1 }))
    const reason = alike[0]?.error.message
    return { code, message: `Wallets ${nameRanges(uniteRanges(ranges))} could not be swept: ${reason}` }
  })
  const last = problems.at(-1)
  const known = unreadWallets === 0 ? leftWei : undefined
  if (last !== undefined) last.message = `${last.message} ${leftWords(known, parts, remaining)}`
  return problems
}

function leftWords(
  leftWei: bigint | undefined,
  { config, funder, ledger }: FundingParts,
  range?: IndexRange,
): string {
  const { fundedWei, spentWei, sweptWei } = ledger.statement(0n)
  const atMostWei = leftWei ?? fundedWei - spentWei - sweptWei
  const amount = `${leftWei === undefined ? 'Up to ' : ''}${formatEther(atMostWei)} VANA`
  return `${amount} ${leftWei === undefined ? 'may be' : 'are'} left on the wallets. ${howToReturn(config, funder, range)}`
}

function problemOf(error: unknown, forced: AbortSignal, what: string): Problems[number] {
  if (forced.aborted || !(error instanceof LoadTestError)) throw error
  return { code: error.code, message: `${what}: ${error.message}` }
}

/** A flow that stopped waiting may still have paid. A ledger that reconciles already needs no receipt. */
async function settleLate(
  { chain, ledger, forced }: FundingParts,
  leftWei: bigint | undefined,
  persistence: Persistence,
): Promise<void> {
  for (const untilMs = systemClock.now() + receiptPatienceMs; ; ) {
    try {
      const read = (): Promise<Map<Hash, Receipt>> =>
        readReceipts(chain.rpc, ledger.unsettled(), { signal: forced })
      for (const [hash, receipt] of await persistence.hold(read)) ledger.settled(hash, receipt)
    } catch (error) {
      // Reported as transactions without a known end.
      problemOf(error, forced, '')
      return
    }
    const isWhole = leftWei === undefined || isBalanced(ledger.statement(leftWei))
    if (isWhole || ledger.unsettled().length === 0 || systemClock.now() >= untilMs) return
    await systemClock.sleepUntil(systemClock.now() + 500, forced)
  }
}

/**
 * What the ledger says, also when it does not reconcile: that is a finding of the summary, which the figures prove.
 *
 * Transactions that are in no block are of no account once all wallets are swept and not a wei is missing: they have
 * cost nothing, and with their wallet empty and its nonce used, they can't any more.
 */
function closeBooks(
  ledger: MoneyLedger,
  { leftWei, isSwept }: Left,
  problems: Problems,
): MoneySettlement['statement'] {
  const open = ledger.unsettled().length
  const statement = ledger.statement(leftWei ?? 0n)
  if (open > 0 && !(isSwept && isBalanced(statement))) {
    const message = `The end of ${open} transactions of users is not known; their gas is not in the ledger.`
    problems.push({ code: 'TX_NOT_CONFIRMED', message })
  }
  const { fundedWei, spentWei, sweptWei } = statement
  return {
    fundedWei: String(fundedWei),
    spentWei: String(spentWei),
    sweptWei: String(sweptWei),
    leftWei: leftWei === undefined ? null : String(leftWei),
  }
}

function isBalanced({ fundedWei, spentWei, sweptWei, leftWei }: MoneyStatement): boolean {
  return fundedWei === spentWei + sweptWei + leftWei
}

async function sumOfBalances(
  { chain, contracts, wallets, users, forced, ...parts }: FundingParts,
  persistence: Persistence,
  problems: Problems,
): Promise<bigint | undefined> {
  try {
    const { multicall3 } = await persistence.hold(() => findAbilities(chain, contracts, { signal: forced }))
    const reader = { rpc: chain.rpc, wallets, multicall3, persistence, signal: forced }
    let sum = 0n
    for await (const read of readWallets(reader, [{ from: 0, count: users }])) {
      for (const { balanceWei } of read) sum += balanceWei
    }
    return sum
  } catch (error) {
    const problem = problemOf(error, forced, 'The wallets could not be read')
    const message = `${problem.message} ${leftWords(undefined, { chain, contracts, wallets, users, forced, ...parts })}`
    problems.push({ ...problem, message })
    return undefined
  }
}
