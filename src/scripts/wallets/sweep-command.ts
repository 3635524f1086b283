import { type Address, formatEther } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import type { LoadTestError } from '../../errors/load-test-error.ts'
import type { CommandIo } from '../command-io.ts'
import { exitCodes } from '../exit-code.ts'
import { funderKey, openWallets } from './open-wallets.ts'
import type { WalletOptions } from './wallet-options.ts'

/** What `wallets sweep` was told. */
export type SweepOptions = WalletOptions & { own: { receiver: Address | undefined } }

/**
 * Returns what wallets hold.
 *
 * @returns an exit code above 0 if some could not be emptied
 * @throws LoadTestError what `openWallets` and `sweepWallets` throw
 */
export async function sweepCommand(options: SweepOptions, io: CommandIo): Promise<number> {
  const { command, limits, own } = options
  const { manager, home, ranges, checkChain, close } = await openWallets(options, io, 'look')
  try {
    await checkChain()
    const receiver = own.receiver ?? privateKeyToAddress(funderKey(options, home))
    const total = { wallets: 0, sweptWallets: 0, failedWallets: 0, sweptWei: 0n, feesWei: 0n, leftWei: 0n }
    const failures: { index: number; error: LoadTestError }[] = []
    for (const range of ranges) {
      const result = await manager.sweep({
        range,
        to: receiver,
        allowMainnet: limits.allowMainnet,
        signal: io.signal,
      })
      total.wallets += result.wallets
      total.sweptWallets += result.sweptWallets
      total.failedWallets += result.failedWallets
      total.sweptWei += result.sweptWei
      total.feesWei += result.feesWei
      total.leftWei += result.leftWei
      failures.push(...result.failures)
    }
    for (const { index, error } of failures) {
      io.stderr.write(`Wallet ${index} could not be emptied: ${error.code}: ${error.message}\n`)
    }
    if (total.failedWallets > failures.length) {
      io.stderr.write(`... and ${total.failedWallets - failures.length} more\n`)
    }
    const { sweptWei, feesWei, leftWei, ...counts } = total
    const document = {
      schemaVersion: 1,
      chainId: home.chainId,
      receiver,
      ranges,
      ...counts,
      sweptWei: String(sweptWei),
      feesWei: String(feesWei),
      leftWei: String(leftWei),
      failures: failures.map(({ index, error }) => ({ index, code: error.code })),
    }
    io.stdout.write(
      command.json
        ? `${JSON.stringify(document)}\n`
        : `Returned ${formatEther(sweptWei)} VANA from ${total.sweptWallets} of ${total.wallets} wallets to ${receiver}, ` +
            `for ${formatEther(feesWei)} VANA of gas; ${formatEther(leftWei)} VANA are left on them.\n`,
    )
    return total.failedWallets === 0 ? exitCodes.ok : exitCodes.unexpected
  } finally {
    await close()
  }
}
