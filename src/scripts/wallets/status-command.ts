import { once } from 'node:events'
import { formatEther } from 'viem'
import { formatIndexRange } from '../../wallets/index-range.ts'
import type { CommandIo } from '../command-io.ts'
import { exitCodes } from '../exit-code.ts'
import { openWallets } from './open-wallets.ts'
import type { WalletOptions } from './wallet-options.ts'

/** What `wallets status` was told. */
export type StatusOptions = WalletOptions & { own: { list: boolean } }

/**
 * Says what wallets hold.
 *
 * @throws LoadTestError what `openWallets` throws; a `CHAIN_*` code
 */
export async function statusCommand(options: StatusOptions, io: CommandIo): Promise<number> {
  const { command, wallets, own } = options
  const { manager, home, ranges, close } = await openWallets(options, io, 'look')
  const amountWei = wallets.fundingWei
  try {
    const total = { wallets: 0, funded: 0, partly: 0, empty: 0, totalWei: 0n, missingWei: 0n }
    let listed = 0
    for (const range of ranges) {
      const status = await manager.status({
        range,
        amountWei,
        signal: io.signal,
        onWallet: async ({ index, address, balanceWei }) => {
          if (!own.list) return
          const line = command.json
            ? `${listed === 0 ? '{"list":[' : ','}${JSON.stringify({ index, address, balanceWei: String(balanceWei) })}`
            : `${String(index).padStart(7)}  ${address}  ${formatEther(balanceWei)} VANA\n`
          listed += 1
          // A million of them wait for whoever reads, not in memory.
          if (!io.stdout.write(line)) await once(io.stdout, 'drain', { signal: io.signal })
        },
      })
      total.wallets += status.wallets
      total.funded += status.funded
      total.partly += status.partly
      total.empty += status.empty
      total.totalWei += status.totalWei
      total.missingWei += status.missingWei
    }
    const { totalWei, missingWei, ...counts } = total
    const document = {
      schemaVersion: 1,
      chainId: home.chainId,
      ranges,
      amountWei: String(amountWei),
      ...counts,
      totalWei: String(totalWei),
      missingWei: String(missingWei),
    }
    io.stdout.write(
      command.json
        ? `${listed === 0 ? '{' : '],'}${JSON.stringify(document).slice(1)}\n`
        : `Wallets ${ranges.map(formatIndexRange).join(', ')} of chain ${home.chainId}\n` +
            `  ${total.funded} hold ${formatEther(amountWei)} VANA or more, ${total.partly} less, ${total.empty} nothing\n` +
            `  ${formatEther(totalWei)} VANA in all; ${formatEther(missingWei)} VANA more would fund every one\n`,
    )
    return exitCodes.ok
  } finally {
    await close()
  }
}
