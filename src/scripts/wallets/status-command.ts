import { once } from 'node:events'
import { formatEther } from 'viem'
import { formatIndexRange } from '../../wallets/index-range.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import type { OpenWallets } from './open-wallets.ts'
import type { WalletOptions } from './wallet-options.ts'

/** The options of `wallets status`. */
export type StatusOptions = WalletOptions & { own: { list: boolean } }

/**
 * Says what wallets, or lanes, hold.
 *
 * @throws LoadTestError a `CHAIN_*` code
 */
export async function statusCommand(
  { command, own }: StatusOptions,
  io: CommandIo,
  { manager, home, ranges, noun, ...opened }: OpenWallets,
): Promise<number> {
  try {
    const amountWei = await opened.amountWei()
    const lanesWei: bigint[] = []
    const total = { wallets: 0, funded: 0, partly: 0, empty: 0, totalWei: 0n, missingWei: 0n }
    let listed = 0
    for (const range of ranges) {
      const status = await manager.status({
        range,
        amountWei,
        signal: io.signal,
        onWallet: async ({ index, address, balanceWei }) => {
          if (noun === 'lane') lanesWei.push(balanceWei)
          if (!own.list) return
          const line = command.json
            ? `${listed === 0 ? '{"list":[' : ','}${JSON.stringify({ index, address, balanceWei: String(balanceWei) })}`
            : `${String(index).padStart(7)}  ${address}  ${formatEther(balanceWei)} VANA\n`
          listed += 1
          // Waits for the reader, so that a million lines do not pile up in memory.
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
    const users = await opened.carries(lanesWei)
    const document = {
      schemaVersion: 1,
      chainId: home.chainId,
      of: `${noun}s`,
      ranges,
      amountWei: String(amountWei),
      ...counts,
      totalWei: String(totalWei),
      missingWei: String(missingWei),
      users,
    }
    io.stdout.write(
      command.json
        ? `${listed === 0 ? '{' : '],'}${JSON.stringify(document).slice(1)}\n`
        : `${noun === 'lane' ? 'Lanes' : 'Wallets'} ${ranges.map(formatIndexRange).join(', ')} of chain ${home.chainId}\n` +
            `  ${total.funded} hold ${formatEther(amountWei)} VANA or more, ${total.partly} less, ${total.empty} nothing\n` +
            `  ${formatEther(totalWei)} VANA in all; ${formatEther(missingWei)} VANA more would fund every one\n` +
            (users === undefined
              ? ''
              : `  enough for ${users === 0 ? 'no' : `some ${users} more`} relayed users at the price of gas now\n`),
    )
    return exitCodes.ok
  } finally {
    await opened.close()
  }
}
