import { formatEther } from 'viem'
import type { FundingResult } from '../../wallets/fund-wallets.ts'
import { formatIndexRange } from '../../wallets/index-range.ts'
import type { CommandIo } from '../command-io.ts'
import { exitCodes } from '../exit-code.ts'
import { type OpenWallets, openWallets } from './open-wallets.ts'
import type { WalletOptions } from './wallet-options.ts'

/** What `wallets fund` was told. */
export type FundOptions = WalletOptions & { own: { journal: string | undefined } }

/**
 * Funds wallets up to the amount, and says what it did.
 *
 * @param use whether a keystore that does not exist is made, as `prepare-wallets` does
 * @throws LoadTestError what `openWallets` and `fundWallets` throw
 */
export async function fundCommand(
  options: FundOptions,
  io: CommandIo,
  use: 'note' | 'create',
): Promise<number> {
  const { wallets, limits, command } = options
  const opened = await openWallets(options, io, use)
  try {
    if (opened.isNew) io.stderr.write(`Made the keystore ${wallets.keystoreFile}.\n`)
    await opened.checkChain()
    const count = opened.ranges.reduce((sum, range) => sum + range.count, 0)
    const capWei = limits.maxSpendWei ?? (BigInt(count) * wallets.fundingWei * 11n) / 10n
    const payer = opened.payer()
    const total = await fundAll(options, io, opened, payer, capWei)
    const { valueWei, feesWei, ...counts } = total
    const document = {
      schemaVersion: 1,
      chainId: opened.home.chainId,
      funder: payer.address,
      ranges: opened.ranges,
      amountWei: String(wallets.fundingWei),
      ...counts,
      valueWei: String(valueWei),
      feesWei: String(feesWei),
    }
    io.stdout.write(command.json ? `${JSON.stringify(document)}\n` : describe(total, payer.address))
    return exitCodes.ok
  } finally {
    await opened.close()
  }
}

async function fundAll(
  options: FundOptions,
  io: CommandIo,
  { manager, home, ranges }: OpenWallets,
  payer: ReturnType<OpenWallets['payer']>,
  maxSpendWei: bigint,
): Promise<FundingResult> {
  const { wallets, limits } = options
  const { keystoreFile } = wallets
  const besideKeystore = keystoreFile === undefined ? undefined : `${keystoreFile}.money.ndjson`
  const journalPath = options.own.journal ?? besideKeystore ?? `vana-load-money-${home.chainId}.ndjson`
  return await manager.fund({
    ranges,
    amountWei: wallets.fundingWei,
    payer,
    maxSpendWei,
    allowMainnet: limits.allowMainnet,
    journalPath,
    signal: io.signal,
    onWait: (pid) =>
      io.stderr.write(`Process ${pid} pays with ${journalPath}: waiting until it has ended.\n`),
    onPlan: ({ payments, satisfied, transactions, valueWei, maxFeesWei }) =>
      io.stderr.write(
        `Wallets ${ranges.map(formatIndexRange).join(', ')}: ${satisfied} hold enough; ${payments} get ${formatEther(valueWei)} VANA in ` +
          `${transactions} transactions, for at most ${formatEther(maxFeesWei)} VANA of gas. Noted in ${journalPath}.\n`,
      ),
    onProgress: ({ fundedWallets }) => io.stderr.write(`  ${fundedWallets} funded and verified\n`),
  })
}

function describe(total: FundingResult, funder: string): string {
  const { fundedWallets, satisfiedWallets, transactions, valueWei, feesWei } = total
  if (fundedWallets === 0) return `All ${satisfiedWallets} wallets hold enough; nothing was paid.\n`
  return (
    `Funded ${fundedWallets} wallets with ${formatEther(valueWei)} VANA from ${funder} in ${transactions} transactions, ` +
    `for ${formatEther(feesWei)} VANA of gas; ${satisfiedWallets} held enough before.\n`
  )
}
