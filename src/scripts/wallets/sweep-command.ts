import { type Address, formatEther } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { type IndexRange, uniteRanges } from '../../wallets/index-range.ts'
import { sweepCommandLine } from '../../wallets/sweep-command-line.ts'
import type { SweepFailure } from '../../wallets/sweep-wallets.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import { funderKey } from './funder-key.ts'
import type { OpenWallets } from './open-wallets.ts'
import type { WalletOptions } from './wallet-options.ts'

/** The options of `wallets sweep`. */
export type SweepOptions = WalletOptions & { own: { receiver: Address | undefined } }

/**
 * Returns what wallets, or lanes, hold.
 *
 * @returns exit code 3 if some could not be swept
 * @throws LoadTestError CONFIG_INVALID if there is none to empty but the receiver itself; what `sweepWallets` throws
 */
export async function sweepCommand(
  options: SweepOptions,
  io: CommandIo,
  opened: OpenWallets,
): Promise<number> {
  const { command, limits, own } = options
  const { manager, home, noun, checkChain, close } = opened
  let release = async (): Promise<void> => {}
  try {
    await checkChain()
    const receiver = own.receiver ?? privateKeyToAddress(funderKey(options, home))
    const ranges = toEmpty(opened, receiver, io)
    release = await opened.claim(ranges, '`vana-load wallets sweep`')
    const total = { wallets: 0, sweptWallets: 0, failedWallets: 0, sweptWei: 0n, feesWei: 0n, leftWei: 0n }
    const failures: SweepFailure[] = []
    const remaining: IndexRange[] = []
    let unread = 0
    for (const range of ranges) {
      const result = await manager.sweep({
        range,
        to: receiver,
        allowMainnet: limits.allowMainnet,
        note: (text) => io.stderr.write(`${text}\n`),
        signal: io.signal,
      })
      total.wallets += result.wallets
      total.sweptWallets += result.sweptWallets
      total.failedWallets += result.failedWallets
      total.sweptWei += result.sweptWei
      total.feesWei += result.feesWei
      total.leftWei += result.leftWei
      failures.push(...result.failures)
      unread += result.unreadWallets
      if (result.remaining !== undefined) remaining.push(result.remaining)
    }
    for (const { index, error } of failures) {
      io.stderr.write(
        `${noun === 'lane' ? 'Lane' : 'Wallet'} ${index} could not be swept: ${error.code}: ${error.message}\n`,
      )
    }
    if (total.failedWallets > failures.length) {
      io.stderr.write(`... and ${total.failedWallets - failures.length} more\n`)
    }
    for (const range of uniteRanges(remaining)) {
      io.stderr.write(`\`${commandFor(options, noun, { range, receiver })}\` returns the rest.\n`)
    }
    if (unread > 0) io.stderr.write(`The balances of ${unread} ${noun}s could not be read.\n`)
    const { sweptWei, feesWei, leftWei, ...counts } = total
    const document = {
      schemaVersion: 1,
      chainId: home.chainId,
      receiver,
      of: `${noun}s`,
      ranges,
      ...counts,
      sweptWei: String(sweptWei),
      feesWei: String(feesWei),
      leftWei: String(leftWei),
      unreadWallets: unread,
      failures: failures.map(({ index, error }) => ({ index, code: error.code })),
    }
    io.stdout.write(
      command.json
        ? `${JSON.stringify(document)}\n`
        : `Returned ${formatEther(sweptWei)} VANA from ${total.sweptWallets} of ${total.wallets} ${noun}s to ${receiver}, ` +
            `for ${formatEther(feesWei)} VANA of gas; ${formatEther(leftWei)} VANA are left on them.\n`,
    )
    return total.failedWallets === 0 && unread === 0 ? exitCodes.ok : exitCodes.notReady
  } finally {
    await release()
    await close()
  }
}

function commandFor(
  { command, wallets, secrets, run, limits }: SweepOptions,
  noun: OpenWallets['noun'],
  what: { range: IndexRange; receiver: Address },
): string {
  const lanes = noun === 'lane'
  return sweepCommandLine({
    ...what,
    target: command.target,
    lanes,
    keystoreFile: lanes ? undefined : wallets.keystoreFile,
    seed: lanes || secrets.mnemonic !== undefined ? undefined : run.seed,
    maxSpendWei: limits.allowMainnet ? limits.maxSpendWei : undefined,
  })
}

/** What to empty: a receiver that is a lane itself keeps what it holds. */
function toEmpty({ without }: OpenWallets, receiver: Address, io: CommandIo): IndexRange[] {
  const { ranges, leftOut } = without(receiver)
  if (leftOut === undefined) return ranges
  if (ranges.length === 0) {
    throw new LoadTestError('CONFIG_INVALID', `The only lane is the receiver itself, ${receiver}.`, {
      hint: 'Choose an account that is not a lane: --receiver.',
    })
  }
  io.stderr.write(`Lane ${leftOut} is the receiver itself, ${receiver}: it is skipped.\n`)
  return ranges
}
