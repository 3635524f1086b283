import { firstFlowGas } from '../chain/transactions/first-flow-gas.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { Target } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { TargetConnection } from '../flow/connect-target.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import type { FlowUser } from '../flow/flow-services.ts'
import { type LoadIndex, loadIndexOf, type Part, partIndexOf, shareOf, toPartIndex } from '../load/split.ts'
import { LatencyHistogram } from '../metrics/latency-histogram.ts'
import type { Redactor } from '../redaction/redact.ts'
import type { MoneySettlement } from '../results/money-balance.ts'
import type { FundingState } from '../results/second-recorder.ts'
import { isEmbedded } from '../wallets/embedded-mnemonic.ts'
import { createHdWallets, type HdWallets } from '../wallets/hd-wallets.ts'
import { type MnemonicSources, obtainMnemonic } from '../wallets/obtain-mnemonic.ts'
import { takeWallets } from '../wallets/wallet-turns.ts'
import { openFunding } from './open-funding.ts'
import { createRelayedSpending } from './relayed-spending.ts'
import { openRelayerMoney } from './relayer-money.ts'
import { createUserLedger } from './user-ledger.ts'

/** The wallets of a run's users, and their money. */
export type UserWallets = {
  /**
   * The wallet of a user.
   *
   * @param onTopUp called with the milliseconds that the user waited for a top-up of the wallet
   */
  walletOf(index: LoadIndex, onTopUp?: (waitedMs: number) => void): FlowUser
  /** Resolves when the wallets of the first users have their funds, so that they can start when they are due. */
  firstFunded(signal: AbortSignal): Promise<void>
  /** Resolves when the user's wallet has its funds. */
  funded(index: LoadIndex, signal: AbortSignal): Promise<void>
  /**
   * Begins no more payments, and waits for those in flight.
   *
   * @returns whether funds were sent to any wallet
   */
  endFunding(): Promise<boolean>
  /** How the funding stands; `null` when users need none. */
  fundingState(): FundingState | null
  /** What was spent so far: of users who pay for themselves what left the funder, otherwise what the relayer paid. */
  spentWei(): bigint
  /** Enters what a flow cost in the ledger. */
  flowEnded(record: FlowRecord): void
  /** After the last flow: returns what is left to the funder, and says where all of it went. */
  settle(): Promise<MoneySettlement>
  close(): Promise<void>
}

/** What wallets are opened with. */
export type UserWalletsOptions = {
  config: LoadTestConfig
  target: Target
  connection: TargetConnection
  redact: Redactor
  /** Names the user of the wallets to other processes that want them: `run <id>`. */
  user: string
  /** Where payments to wallets are recorded. @default nowhere */
  journalFile?: string | undefined
  note: (text: string) => void
  signal: AbortSignal
  /** Aborted when the run is to end at once: then no payment is waited for. */
  forced: AbortSignal
}

/**
 * Opens the wallets of a run, and when users pay for themselves, begins to fund them.
 *
 * @throws LoadTestError CONFIG_INVALID without a funder or a mnemonic, WALLETS_BUSY while another run uses one of them,
 * CHAIN_INSUFFICIENT_FUNDS, CHAIN_*
 */
export async function openUserWallets(options: UserWalletsOptions): Promise<UserWallets> {
  const { config, target, connection, redact, note, signal } = options
  const home = { chainId: target.chain.id, rpcUrls: target.chain.rpcUrls }
  const { mnemonic } = await obtainMnemonic({
    mnemonic: config.secrets.mnemonic,
    keystore: keystoreOf(config),
    seed: config.seed,
    home,
    range: { from: config.wallets.firstIndex, count: config.users },
    warn: note,
  })
  if (!isEmbedded(home)) redact.register(mnemonic)
  const wallets = createHdWallets(mnemonic)
  const walletOf = (index: LoadIndex): FlowUser => ({
    ...wallets.user(config.wallets.firstIndex + index),
    index,
  })
  const { part } = config.load
  const { firstIndex } = config.wallets
  const release = await takeWallets(
    {
      rpc: connection.rpc,
      firstAddress: wallets.user(0).address,
      wallets: { from: firstIndex + part.index, count: shareOf(config.users, part), step: part.count },
      user: options.user,
      endsSoon: false,
    },
    { signal, note },
  )
  try {
    const opened =
      config.flow.submission === 'relayed'
        ? await openRelayed(options, walletOf)
        : await openFunded(options, walletOf, partOfWallets(wallets, firstIndex, part))
    return {
      ...opened,
      async close() {
        await opened.close()
        await release()
      },
    }
  } catch (error) {
    await release()
    throw error
  }
}

type WalletOf = (index: LoadIndex) => FlowUser

/** Wallets that sign and do not pay. */
async function openRelayed(
  { config, target, connection, signal, forced }: UserWalletsOptions,
  walletOf: WalletOf,
): Promise<UserWallets> {
  const { maxFeePerGas } = await connection.fees.current({ signal })
  const capWei = config.limits.maxSpendWei
  const spending = createRelayedSpending({ capWei, flowWei: firstFlowGas * maxFeePerGas })
  const token = config.secrets.apiServerToken
  const money = await openRelayerMoney({ target, connection, token, signal, forced })
  return {
    walletOf,
    ...withoutMoney,
    funded: async (index) => spending.begin(index),
    spentWei: spending.spentWei,
    flowEnded(record) {
      spending.flowEnded(record)
      money.flowEnded(record)
    },
    settle: async () => ({ statement: await money.settle(), problems: [] }),
  }
}

/** Wallets that pay for themselves. */
async function openFunded(
  options: UserWalletsOptions,
  walletOf: WalletOf,
  own: Pick<HdWallets, 'user'>,
): Promise<UserWallets> {
  const { config, target, connection, note, signal, forced } = options
  const { part } = config.load
  const batches = new LatencyHistogram()
  const funding = await openFunding({
    config,
    target,
    connection,
    wallets: own,
    journalFile: options.journalFile,
    note,
    onBatch: ({ durationMs }) => batches.record(durationMs),
    signal,
    forced,
  })
  const users = createUserLedger(funding.ledger, connection.reorgs)
  return {
    walletOf: (index, onTopUp) => ({
      ...walletOf(index),
      fundsFor: funding.fundsFor(partIndexOf(index, part), onTopUp),
      ledger: users.of(index),
    }),
    spentWei: () => funding.spentWei(),
    fundingState() {
      const { fundedUsers, failedUsers, waitingUsers, transactions } = funding.pool.stats()
      return {
        ready: fundedUsers,
        failed: failedUsers,
        waiting: waitingUsers,
        transactions,
        batchMs: batches.digest(),
      }
    },
    async firstFunded(firstSignal) {
      const first = Math.min(shareOf(config.users, config.load.part), fundedBeforeStart)
      await Promise.all(
        Array.from({ length: first }, (_, k) => funding.pool.ready(k, { signal: firstSignal })),
      )
    },
    funded: (index, flowSignal) => funding.pool.ready(partIndexOf(index, part), { signal: flowSignal }),
    flowEnded: ({ tx }) => users.flowEnded(tx),
    endFunding: () => funding.end(),
    settle: () => funding.settle(),
    close: () => funding.close(),
  }
}

/** Users whose wallets are funded before the first is due; the pool keeps ahead of the rest. */
const fundedBeforeStart = 100

const withoutMoney: Omit<UserWallets, 'walletOf' | 'funded' | 'spentWei' | 'flowEnded' | 'settle'> = {
  async firstFunded() {},
  endFunding: async () => false,
  fundingState: () => null,
  async close() {},
}

function keystoreOf({ wallets, secrets }: LoadTestConfig): MnemonicSources['keystore'] {
  if (wallets.keystoreFile === undefined) return undefined
  return {
    path: wallets.keystoreFile,
    create: true,
    async passphrase() {
      if (secrets.keystorePassphrase) return secrets.keystorePassphrase
      throw new LoadTestError('KEYSTORE_LOCKED', 'The keystore needs a passphrase, and there is none.', {
        hint: 'Set VANA_LOAD_KEYSTORE_PASSPHRASE, or VANA_LOAD_KEYSTORE_PASSPHRASE_FILE.',
      })
    },
  }
}

/** The wallets of one part of a split run, numbered through from 0. */
function partOfWallets({ user }: HdWallets, firstIndex: number, part: Part): Pick<HdWallets, 'user'> {
  return { user: (k) => user(firstIndex + loadIndexOf(toPartIndex(k), part)) }
}
