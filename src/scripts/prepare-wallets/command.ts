import { fundCommandParameters } from '../../config/parameters/wallets-command.ts'
import type { CommandModule } from '../cli/command-module.ts'
import { addWalletOptions } from '../wallets/wallet-options.ts'

/** The command `prepare-wallets`: `wallets generate` and `wallets fund` in one. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addWalletOptions(command, io, { own: fundCommandParameters })
  command
    .description(
      'Creates a keystore if there is none, and funds its wallets: `wallets generate` and `wallets fund` in one. You can\n' +
        'repeat it at any time; no wallet is paid twice. Users of a relayed run need no funds. For those runs, fund the\n' +
        "relayer's lanes with `vana-load wallets fund --lanes`.",
    )
    .action(() =>
      run(async () => {
        const options = read()
        const { fundCommand } = await import('../wallets/fund-command.ts')
        const { openWallets } = await import('../wallets/open-wallets.ts')
        return await fundCommand(options, io, await openWallets(options, io, 'create'))
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load prepare-wallets --target moksha --keystore wallets.json --count 200 --funding 0.1 --max-spend 21\n' +
        '  $ vana-load prepare-wallets --keystore wallets.json --target target.json --count 50\n',
    )
}
