import type { Address } from 'viem'
import { createBatchCaller } from '../../chain/rpc/batch-caller.ts'
import { completeReceipt } from '../../chain/rpc/chain-reads.ts'
import { moneyMismatch } from '../../results/money-balance.ts'
import type { Summary } from '../../results/summary-schema.ts'
import { readBalances } from '../../wallets/read-balances.ts'
import { readMoneyJournal } from '../../wallets/read-money-journal.ts'
import { type AuditCheck, checkOf, unchecked } from './check.ts'
import type { AuditContext } from './check-transactions.ts'
import type { Claims } from './read-claims.ts'

/** What the money of a run is audited by. */
export type MoneyContext = AuditContext & {
  multicall3: Address
  /** The journal of payments. */
  journalFile: string
  /** What the flows' receipts add up to, and whether those were all of them. */
  feesWei: bigint
  areAllFees: boolean
}

/**
 * Checks the money of a run on chain: its ledger, the payments of the funder, the gas of the flows, and the balances of
 * the wallets.
 */
export async function checkMoney(
  summary: Summary,
  claims: Claims,
  context: MoneyContext,
): Promise<AuditCheck[]> {
  const { money } = summary
  const ledger = 'funded = spent + swept + left, to the wei'
  const mismatch = moneyMismatch(money)
  if (mismatch === null) {
    return [unchecked(ledger, money.unknownBecause ?? 'the run does not say where its money went')]
  }
  return [
    checkOf(ledger, `${money.fundedWei} wei funded`, mismatch === 0n ? [] : [`${mismatch} wei are missing`]),
    ...(context.usersPay ? [await checkFunded(money, context)] : []),
    checkSpent(money, context),
    ...(context.usersPay ? [await checkLeft(money, claims, context)] : []),
  ]
}

/** That what the wallets were given was paid, by transactions that are on chain. */
async function checkFunded(money: Summary['money'], { rpc, journalFile }: MoneyContext): Promise<AuditCheck> {
  const claim = 'the payments of the funder are on chain, and add up'
  let paidWei = 0n
  const paid: { hash: `0x${string}`; blockNumber: number }[] = []
  for await (const entry of readMoneyJournal(journalFile)) {
    if (entry.type !== 'paid') continue
    paidWei += BigInt(entry.valueWei)
    paid.push(entry)
  }
  const outcomes = await createBatchCaller(rpc)(
    paid.map(({ hash }) => ({ method: 'eth_getTransactionReceipt', params: [hash] })),
  )
  const receipts = await Promise.all(
    outcomes.map(async (outcome) => {
      if (!outcome.ok) throw outcome.error
      return await completeReceipt(rpc, outcome.result)
    }),
  )
  const wrong = receipts.flatMap((receipt, i) => {
    const name = `payment ${paid[i]?.hash}`
    if (receipt === null) return [`${name} is in no block`]
    return receipt.status === 'success' ? [] : [`${name} was reverted`]
  })
  // What the wallets held before was not paid by this run, and no archive is asked for it.
  const openingWei = BigInt(money.fundedWei ?? 0) - paidWei
  if (openingWei < 0n) wrong.push(`${paidWei} wei were paid, more than the ${money.fundedWei} claimed`)
  const before =
    openingWei > 0n ? `; ${openingWei} wei are said to have been there before, which is not checked` : ''
  return checkOf(claim, `${paid.length} payments of ${paidWei} wei${before}`, wrong)
}

/** That what was spent covers the gas of the flows. What is beyond it went into sweeping or replacements. */
function checkSpent(money: Summary['money'], { feesWei, areAllFees }: MoneyContext): AuditCheck {
  const claim = "what was spent covers the gas of the flows' transactions"
  const restWei = BigInt(money.spentWei ?? 0) - feesWei
  const wrong =
    restWei < 0n ? [`${feesWei} wei by the receipts, more than the ${money.spentWei} claimed`] : []
  const which = areAllFees ? 'all receipts' : 'the receipts looked up'
  const rest = `the other ${restWei} wei, for sweeping and what is not in the flows, ${restWei < 0n ? 'cannot be' : 'are not checked'}`
  return checkOf(claim, `${feesWei} wei by ${which}; ${rest}`, wrong)
}

/** Checks that the wallets still hold the remaining funds. If they do not, they may have been used since. */
async function checkLeft(
  money: Summary['money'],
  claims: Claims,
  { rpc, multicall3, signal }: MoneyContext,
): Promise<AuditCheck> {
  const claim = 'the wallets hold what was left on them'
  const balances = await readBalances(rpc, [...claims.wallets.keys()] as Address[], { multicall3, signal })
  const nowWei = balances.reduce((sum, wei) => sum + wei, 0n)
  const leftWei = BigInt(money.leftWei ?? 0)
  if (nowWei === leftWei) return checkOf(claim, `${leftWei} wei on ${balances.length} wallets`, [])
  return unchecked(
    claim,
    `${nowWei} wei now, ${leftWei} wei then: the wallets were used since, such as by a run with the same seed or by ` +
      '`wallets sweep`, or funded ones never started; what they held then, only an archive could tell',
  )
}
