import type { Hex } from 'viem'
import { Lane } from '../chain/lanes/lane.ts'
import { firstFlowGas } from '../chain/transactions/first-flow-gas.ts'
import { toNativeAccount } from '../crypto/native-account.ts'
import { shareOf } from '../load/split.ts'
import { shareFunder } from '../wallets/funder-turns.ts'
import { createFundingPool } from '../wallets/funding-pool.ts'
import { indexesOf } from '../wallets/index-range.ts'
import { openMoneyJournal } from '../wallets/money-journal.ts'
import { createMoneyLedger } from '../wallets/money-ledger.ts'
import { noticeOthers } from '../wallets/notice-others.ts'
import { createPayer, type Payer } from '../wallets/payer.ts'
import { createPersistence } from '../wallets/persistence.ts'
import { createSpendingLimit } from '../wallets/spending-limit.ts'
import { findAbilities, type WalletChain } from '../wallets/wallet-chain.ts'
import { checkFunder, funderKey, withRoom } from './check-funder.ts'
import { type FundingOptions, RunFunding } from './run-funding.ts'

/**
 * Begins to fund wallets ahead of the users, from the funder's own lane.
 *
 * @throws LoadTestError CONFIG_INVALID without a funder, CHAIN_INSUFFICIENT_FUNDS before anything is sent, CHAIN_*
 */
export async function openFunding(options: FundingOptions): Promise<RunFunding> {
  const { config, target, connection, wallets, note, onBatch, signal, journalFile } = options
  const { rpc, feed, fees, receipts: hub } = connection
  const chain: WalletChain = { rpc, feed, fees, hub }
  const users = shareOf(config.users, config.load.part)
  const amountWei = config.wallets.fundingWei
  const capWei = config.limits.maxSpendWei
  const account = toNativeAccount(funderKey(config, target))
  const { multicall3, multisend } = target.chain.contracts
  const contracts = { multicall3, multisend }
  const { hold } = createPersistence({ signal, note })
  const abilities = await hold(() => findAbilities(chain, contracts, { signal }))
  const { address } = account
  const way = abilities.disperser?.kind ?? 'transfer'
  await hold(() => checkFunder(connection, { address, users, amountWei, way, capWei, signal }))
  const lane = new Lane({ rpc, feed, fees, account, onRepair: noticeOthers(address, note) })
  const ledger = createMoneyLedger()
  const journal = journalFile === undefined ? undefined : await openMoneyJournal(journalFile)
  const endTurn = await shareFunder({ rpc, address }, { signal, note })
  const limit = createSpendingLimit(capWei)
  const { payer, hasPaid } = watchPayments(createPayer({ rpc, hub, lane }))
  const pool = createFundingPool({
    chain,
    abilities,
    payer,
    limit,
    ledger,
    wallets,
    users: indexesOf({ from: 0, count: users }),
    journal,
    amountWei,
    gasPerUser: withRoom(firstFlowGas),
    maxBatches: config.wallets.fundingWorkers,
    onBatch,
  })
  return new RunFunding({
    ...options,
    chain,
    contracts,
    users,
    funder: address,
    pool,
    ledger,
    limit,
    lane,
    hasPaid,
    endTurn,
    closeJournal: async () => journal?.close(),
  })
}

/** Tells whether a payer has sent anything. */
function watchPayments(payer: Payer): { payer: Payer; hasPaid: () => boolean } {
  let hasPaid = false
  return {
    hasPaid: () => hasPaid,
    payer: {
      ...payer,
      pay(call, options = {}) {
        const onSent = async (hash: Hex): Promise<void> => {
          hasPaid = true
          await options.onSent?.(hash)
        }
        return payer.pay(call, { ...options, onSent })
      },
    },
  }
}
