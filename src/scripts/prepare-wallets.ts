import { fundCommandParameters } from '../config/parameters/wallets-command.ts'
import { runAsScript } from './cli/run-as-script.ts'
import type { CommandModule } from './main.ts'
import { addWalletOptions } from './wallets/wallet-options.ts'

/** The command `prepare-wallets`: `wallets generate` and `wallets fund` in one. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addWalletOptions(command, io, fundCommandParameters)
  command
    .description(
      'Makes a keystore if there is none, and funds its wallets: `wallets generate` and `wallets fund` in one. It can be\n' +
        'run again at any moment: nobody is paid twice. Users of a relayed run need no coins: fund the lanes that relay\n' +
        'for them with `vana-load wallets fund --lanes`.',
    )
    .action(() =>
      run(async () => {
        const { fundCommand } = await import('./wallets/fund-command.ts')
        const { openWallets } = await import('./wallets/open-wallets.ts')
        const options = read()
        return await fundCommand(options, io, await openWallets(options, io, 'create'))
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load prepare-wallets --target moksha --keystore wallets.json --count 200 --funding 0.1 --max-spend 21\n' +
        '  $ vana-load prepare-wallets --keystore wallets.json --target target.json --count 50\n',
    )
}

void runAsScript(import.meta.url, 'prepare-wallets')
