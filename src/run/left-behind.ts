import { type Address, formatEther } from 'viem'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { MoneySettlement } from '../results/money-balance.ts'
import { formatIndexRange, type IndexRange } from '../wallets/index-range.ts'
import type { MoneyLedger } from '../wallets/money-ledger.ts'
import type { SpendingLimit } from '../wallets/spending-limit.ts'
import { sweepCommandLine } from '../wallets/sweep-command-line.ts'

type Problem = MoneySettlement['problems'][number]

/** The numbers under the mnemonic of wallets of a run; those of one part lie among those of the others. */
export function walletsOf({ wallets, users, load }: LoadTestConfig, range?: IndexRange): IndexRange {
  const isWhole = range === undefined || load.part.count > 1
  return { from: wallets.firstIndex + (isWhole ? 0 : range.from), count: isWhole ? users : range.count }
}

/** Says how what was left on wallets comes back: not at all where the chain ends with the run. */
export function howToReturn(config: LoadTestConfig, receiver: Address, range?: IndexRange): string {
  const { target, wallets, secrets, limits } = config
  if (target === 'local') return 'The embedded chain ended with the run.'
  const command = sweepCommandLine({
    target,
    receiver,
    range: walletsOf(config, range),
    keystoreFile: wallets.keystoreFile,
    seed: secrets.mnemonic === undefined ? config.seed : undefined,
    maxSpendWei: limits.allowMainnet ? limits.maxSpendWei : undefined,
  })
  return `\`${command}\` returns it.`
}

/** Describes what a run that had to end at once has left on its wallets, at most: payments may have been in flight. */
export function notReturned(
  config: LoadTestConfig,
  ledger: MoneyLedger,
  { limit, funder, reason }: { limit: SpendingLimit; funder: Address; reason: unknown },
): Problem {
  const { openingWei, spentWei, sweptWei } = ledger.statement(0n)
  const atMostWei = openingWei + config.limits.maxSpendWei - limit.leftWei() - spentWei - sweptWei
  const range = formatIndexRange(walletsOf(config))
  const { code, why } =
    reason instanceof LoadTestError
      ? { code: reason.code, why: 'The embedded stack ended' }
      : { code: 'ABORTED' as const, why: 'The run was stopped at once' }
  const message =
    `${why}: up to ${formatEther(atMostWei)} VANA on wallets ${range} were not returned. ` +
    howToReturn(config, funder)
  return { code, message }
}
