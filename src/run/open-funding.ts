import { formatEther, type Hex } from 'viem'
import { systemClock } from '../async/clock.ts'
import { Lane } from '../chain/lanes/lane.ts'
import { readBalance } from '../chain/rpc/chain-reads.ts'
import { firstFlowGas } from '../chain/transactions/first-flow-gas.ts'
import type { FundsFor } from '../chain/transactions/funds-for.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { Target } from '../config/target.ts'
import { toNativeAccount } from '../crypto/native-account.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { TargetConnection } from '../flow/connect-target.ts'
import { shareOf } from '../load/split.ts'
import { noMoney } from '../results/money-balance.ts'
import { shareFunder } from '../wallets/funder-turns.ts'
import { fundingNeed } from '../wallets/funding-need.ts'
import { createFundingPool, type FundingPool } from '../wallets/funding-pool.ts'
import type { HdWallets } from '../wallets/hd-wallets.ts'
import { indexesOf } from '../wallets/index-range.ts'
import { openMoneyJournal } from '../wallets/money-journal.ts'
import { createMoneyLedger, type MoneyLedger } from '../wallets/money-ledger.ts'
import { noticeOthers } from '../wallets/notice-others.ts'
import { createPayer } from '../wallets/payer.ts'
import type { PaymentWay } from '../wallets/payment-gas.ts'
import { createPersistence } from '../wallets/persistence.ts'
import { createSpendingLimit } from '../wallets/spending-limit.ts'
import { findAbilities, type WalletChain } from '../wallets/wallet-chain.ts'
import { notReturned } from './left-behind.ts'
import { settleForGood } from './settle-for-good.ts'
import { settleFunding } from './settle-funding.ts'
import type { MoneySettlement } from './user-wallets.ts'

/** The money of users who pay for themselves. */
export type Funding = {
  pool: FundingPool
  ledger: MoneyLedger
  /** What tops up the wallet of one user, numbered from 0 in this part, when the price of gas rises. */
  fundsFor(user: number, onTopUp?: (waitedMs: number) => void): FundsFor
  /** What has left the funder, fees included. */
  spentWei(): bigint
  /** Begins no more payments and waits for those on their way; tells whether a coin was sent to any wallet. */
  end(): Promise<boolean>
  /** Returns what is left, and closes the books. */
  settle(): Promise<MoneySettlement>
  close(): Promise<void>
}

/**
 * Begins to fund wallets ahead of the users, from the funder's own lane.
 *
 * @throws LoadTestError CONFIG_INVALID without a funder, CHAIN_INSUFFICIENT_FUNDS before anything is sent, CHAIN_*
 */
export async function openFunding(options: {
  config: LoadTestConfig
  target: Target
  connection: TargetConnection
  /** Of this part of the run, numbered from 0. */
  wallets: Pick<HdWallets, 'user'>
  /** Says, before and after each payment, who was paid what. */
  journalFile: string | undefined
  note: (text: string) => void
  /** Told how long each batch of wallets took, to the end of its verification. */
  onBatch: (batch: { durationMs: number }) => void
  signal: AbortSignal
  /** Aborted when payments are no longer to be waited for. */
  forced: AbortSignal
}): Promise<Funding> {
  const { config, target, connection, wallets, note, onBatch, signal, forced } = options
  const { rpc, feed, fees, receipts: hub } = connection
  const chain: WalletChain = { rpc, feed, fees, hub }
  const users = shareOf(config.users, config.load.part)
  const amountWei = config.wallets.fundingWei
  const account = toNativeAccount(funderKey(config, target))
  const { multicall3, multisend } = target.chain.contracts
  const contracts = { multicall3, multisend }
  const { hold } = createPersistence({ signal, note })
  const abilities = await hold(() => findAbilities(chain, contracts, signal))
  const way = abilities.disperser?.kind ?? 'transfer'
  const capWei = config.limits.maxSpendWei
  await hold(() => checkFunder(connection, account.address, { users, amountWei, way, capWei }, signal))
  const lane = new Lane({ rpc, feed, fees, account, onRepair: noticeOthers(account.address, note) })
  const ledger = createMoneyLedger()
  const { journalFile } = options
  const journal = journalFile === undefined ? undefined : await openMoneyJournal(journalFile)
  const endTurn = await shareFunder({ rpc, address: account.address }, { signal, note })
  const limit = createSpendingLimit(capWei)
  const payer = createPayer({ rpc, hub, lane })
  let hasPaid = false
  const pool = createFundingPool({
    chain,
    abilities,
    payer: {
      ...payer,
      pay(call, payOptions = {}) {
        const onSent = async (hash: Hex): Promise<void> => {
          hasPaid = true
          await payOptions.onSent?.(hash)
        }
        return payer.pay(call, { ...payOptions, onSent })
      },
    },
    limit,
    ledger,
    wallets,
    users: indexesOf({ from: 0, count: users }),
    ...(journal ? { journal } : {}),
    amountWei,
    gasPerUser: withRoom(firstFlowGas),
    maxBatches: config.wallets.fundingWorkers,
    onBatch,
  })
  const settle = (): Promise<MoneySettlement> =>
    settleFunding({
      ...{ config, chain, contracts, wallets, users, pool, ledger, note, forced },
      funder: account.address,
    })

  return {
    pool,
    ledger,
    fundsFor(user, onTopUp) {
      let heldWei = amountWei
      return async (gas, { refused = false, signal: flowSignal }) => {
        const { maxFeePerGas } = await fees.current({ signal: flowSignal })
        const costWei = gas * maxFeePerGas
        if (costWei <= heldWei && !refused) return
        const sinceMs = systemClock.now()
        await pool.topUp(user, withRoom(costWei), flowSignal)
        onTopUp?.(systemClock.now() - sinceMs)
        heldWei = withRoom(costWei)
      }
    },
    spentWei: limit.spentWei,
    async end() {
      if (pool.stats().fundingUsers > 0) note('waiting for the payments that are on their way')
      await pool.stop(forced).catch(() => undefined)
      return hasPaid || pool.stats().fundingUsers > 0
    },
    async settle() {
      try {
        await createPersistence({ signal: forced, note }).hold(() => pool.stop(forced))
        // What comes back is paid by the wallets themselves.
        await endTurn()
        return await settleForGood({
          reorgs: connection.reorgs,
          feed,
          lane,
          ledger,
          settle,
          signal: forced,
        })
      } catch (error) {
        if (!forced.aborted) throw error
        return {
          statement: noMoney,
          problems: [notReturned(config, ledger, { limit, funder: account.address, reason: forced.reason })],
        }
      }
    },
    async close() {
      await pool.stop(forced).catch(() => undefined)
      await journal?.close()
      await lane.close()
      await endTurn()
    },
  }
}

/** With room for a margin on the gas, and for a price that rises for a block or two. */
const withRoom = (amount: bigint): bigint => (amount * 5n) / 4n

function funderKey({ secrets }: LoadTestConfig, { accounts }: Target): Hex {
  const key = secrets.funderPrivateKey ?? accounts?.funder
  if (key) return key
  throw new LoadTestError(
    'CONFIG_INVALID',
    'Users who pay for themselves need a funder, and there is none.',
    {
      hint: 'Set VANA_LOAD_FUNDER_PRIVATE_KEY, or use --submission relayed.',
    },
  )
}

/** Holds the funder against what all wallets take if none of them has anything yet; never more than the cap. */
async function checkFunder(
  { rpc, fees }: TargetConnection,
  address: Hex,
  { users, amountWei, way, capWei }: { users: number; amountWei: bigint; way: PaymentWay; capWei: bigint },
  signal: AbortSignal,
): Promise<void> {
  const [balanceWei, { maxFeePerGas }] = await Promise.all([
    readBalance(rpc, address, { signal }),
    fees.current({ signal }),
  ])
  const priceWei = withRoom(firstFlowGas) * maxFeePerGas
  const { valueWei, gasWei } = fundingNeed({
    ...{ wallets: users, amountWei: amountWei > priceWei ? amountWei : priceWei, way },
    maxFeePerGasWei: maxFeePerGas,
  })
  const wantedWei = valueWei + gasWei
  const neededWei = wantedWei < capWei ? wantedWei : capWei
  if (balanceWei >= neededWei) return
  throw new LoadTestError(
    'CHAIN_INSUFFICIENT_FUNDS',
    `The funder ${address} has ${formatEther(balanceWei)} VANA; the wallets of ${users} users take up to ` +
      `${formatEther(neededWei)} VANA with gas, so ${formatEther(neededWei - balanceWei)} VANA are missing.`,
    {
      hint: 'Fund the funder, or lower --users or --funding. Nothing was sent.',
      details: { funder: address, neededWei: String(neededWei), balanceWei: String(balanceWei) },
    },
  )
}
