import { type Address, formatEther } from 'viem'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { FundingResult } from '../../wallets/fund-wallets.ts'
import { formatIndexRange, type IndexRange } from '../../wallets/index-range.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import type { OpenWallets } from './open-wallets.ts'
import type { WalletOptions } from './wallet-options.ts'

/** The options of `wallets fund`. */
export type FundOptions = WalletOptions & { own: { journal: string | undefined } }

/**
 * Funds wallets, or lanes, up to the amount, and says what it did.
 *
 * @throws LoadTestError CONFIG_INVALID if there is none to fund but the funder itself; what `fundWallets` throws
 */
export async function fundCommand(options: FundOptions, io: CommandIo, opened: OpenWallets): Promise<number> {
  const { wallets, limits, command, environment } = options
  const { noun } = opened
  let release = async (): Promise<void> => {}
  try {
    if (opened.isNew) io.stderr.write(`Created the keystore ${wallets.keystoreFile}.\n`)
    if (noun === 'wallet' && environment.get('VANA_LOAD_SUBMISSION')?.value === 'relayed') {
      const instead = '`vana-load wallets fund --lanes` funds the lanes that pay for them'
      io.stderr.write(`VANA_LOAD_SUBMISSION is relayed: users of such runs need no funds; ${instead}.\n`)
    }
    await opened.checkChain()
    const payer = opened.payer()
    const ranges = toFund(opened, payer.address, io)
    const count = ranges.reduce((sum, range) => sum + range.count, 0)
    const amountWei = await opened.amountWei()
    const users = await opened.carries(Array.from({ length: noun === 'lane' ? count : 0 }, () => amountWei))
    if (users !== undefined) {
      const enough = `enough for about ${users} relayed users together at the current gas price`
      io.stderr.write(`Target balance of each lane: ${formatEther(amountWei)} VANA, ${enough}.\n`)
    }
    const capWei = limits.maxSpendWei ?? (BigInt(count) * amountWei * 11n) / 10n
    release = await opened.claim(ranges, '`vana-load wallets fund`')
    const total = await fundAll(options, io, { opened, payer, ranges, amountWei, maxSpendWei: capWei })
    const { valueWei, feesWei, ...counts } = total
    const document = {
      schemaVersion: 1,
      chainId: opened.home.chainId,
      funder: payer.address,
      of: `${noun}s`,
      ranges,
      amountWei: String(amountWei),
      users,
      ...counts,
      valueWei: String(valueWei),
      feesWei: String(feesWei),
    }
    io.stdout.write(
      command.json ? `${JSON.stringify(document)}\n` : describe(total, `${noun}s`, payer.address),
    )
    return exitCodes.ok
  } finally {
    await release()
    await opened.close()
  }
}

/** Whom to fund: a funder that is a lane itself pays the others. */
function toFund({ without }: OpenWallets, funder: Address, io: CommandIo): IndexRange[] {
  const { ranges, leftOut } = without(funder)
  if (leftOut === undefined) return ranges
  if (ranges.length === 0) {
    throw new LoadTestError('CONFIG_INVALID', `The only lane is the funder itself, ${funder}.`, {
      hint: 'Set VANA_LOAD_FUNDER_PRIVATE_KEY to a key that is not a lane, or send funds to that account.',
    })
  }
  io.stderr.write(`Lane ${leftOut} is the funder itself, ${funder}: it pays the others and is skipped.\n`)
  return ranges
}

async function fundAll(
  options: FundOptions,
  io: CommandIo,
  what: {
    opened: OpenWallets
    payer: ReturnType<OpenWallets['payer']>
    ranges: readonly IndexRange[]
    amountWei: bigint
    maxSpendWei: bigint
  },
): Promise<FundingResult> {
  const { opened, ...payment } = what
  const { manager, home, noun } = opened
  const journalPath = options.own.journal ?? usualJournal(options, noun, home.chainId)
  const words = `${noun === 'lane' ? 'Lanes' : 'Wallets'} ${what.ranges.map(formatIndexRange).join(', ')}`
  return await manager.fund({
    ...payment,
    inUse: noun === 'lane',
    allowMainnet: options.limits.allowMainnet,
    journalPath,
    signal: io.signal,
    note: (text) => io.stderr.write(`${text}\n`),
    onPlan: ({ payments, satisfied, transactions, valueWei, maxFeesWei }) =>
      io.stderr.write(
        `${words}: ${satisfied} hold enough; ${payments} get ${formatEther(valueWei)} VANA in ` +
          `${transactions} transactions, for at most ${formatEther(maxFeesWei)} VANA of gas. Noted in ${journalPath}.\n`,
      ),
    onProgress: ({ fundedWallets }) => io.stderr.write(`  ${fundedWallets} funded and verified\n`),
  })
}

/** A journal names wallets by their numbers, so lanes have one of their own. */
function usualJournal({ wallets }: FundOptions, noun: OpenWallets['noun'], chainId: number): string {
  if (noun === 'lane') return `vana-load-lanes-${chainId}.ndjson`
  const { keystoreFile } = wallets
  return keystoreFile === undefined ? `vana-load-money-${chainId}.ndjson` : `${keystoreFile}.money.ndjson`
}

function describe(total: FundingResult, nouns: string, funder: string): string {
  const { fundedWallets, satisfiedWallets, transactions, valueWei, feesWei } = total
  if (fundedWallets === 0) return `All ${satisfiedWallets} ${nouns} hold enough; nothing was paid.\n`
  return (
    `Funded ${fundedWallets} ${nouns} with ${formatEther(valueWei)} VANA from ${funder} in ${transactions} transactions, ` +
    `for ${formatEther(feesWei)} VANA of gas; ${satisfiedWallets} held enough before.\n`
  )
}
