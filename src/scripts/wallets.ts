import {
  fundCommandParameters,
  laneAmountParameters,
  laneCommandParameters,
  statusCommandParameters,
  sweepCommandParameters,
} from '../config/parameters/wallets-command.ts'
import type { CommandIo } from './cli/command-io.ts'
import type { CommandModule } from './cli/command-module.ts'
import type { LaneOptions } from './wallets/open-lanes.ts'
import type { KeystoreUse, OpenWallets } from './wallets/open-wallets.ts'
import { addWalletOptions } from './wallets/wallet-options.ts'

/** The commands `wallets generate`, `fund`, `status` and `sweep`: the life cycle of test wallets. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description(
      'Creates, funds, checks and sweeps the wallets of users. All of them derive from one mnemonic in an encrypted\n' +
        'keystore. Its passphrase comes from VANA_LOAD_KEYSTORE_PASSPHRASE, from the file that\n' +
        'VANA_LOAD_KEYSTORE_PASSPHRASE_FILE names, or from a prompt. With --lanes, fund, status and sweep work on the\n' +
        "relayer's sending lanes instead, whose keys come from the environment. See docs/wallets.md.",
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load wallets generate --keystore wallets.json --count 200\n' +
        '  $ vana-load wallets fund --target moksha --keystore wallets.json --funding 0.1 --max-spend 21\n' +
        '  $ vana-load wallets status --target moksha --keystore wallets.json\n' +
        '  $ vana-load wallets sweep --target moksha --keystore wallets.json\n' +
        '  $ vana-load wallets fund --lanes --target target.json --users 500 --max-spend 20\n',
    )
  defineGenerate(command.command('generate').summary('create a keystore with new wallets'), io, run)
  defineFund(command.command('fund').summary('fund wallets up to an amount'), io, run)
  defineStatus(command.command('status').summary('show the balances of wallets'), io, run)
  defineSweep(command.command('sweep').summary('return the remaining funds'), io, run)
}

const defineGenerate: CommandModule['define'] = (command, io, run) => {
  const read = addWalletOptions(command, io, {
    own: {},
    // Nothing is sent or paid, so amounts and fees do not matter.
    isOffered: ({ path: [group], key }) => group !== 'chain' && group !== 'run' && key !== 'wallets.funding',
  })
  command
    .description(
      'Creates a keystore with a new mnemonic, or with the one in VANA_LOAD_MNEMONIC. Never overwrites an existing file.',
    )
    .action(() =>
      run(async () => {
        const options = read()
        const { generateWallets } = await import('./wallets/generate-wallets.ts')
        return await generateWallets(options, io)
      }),
    )
}

const defineFund: CommandModule['define'] = (command, io, run) => {
  const own = { ...laneCommandParameters, ...laneAmountParameters, ...fundCommandParameters }
  const read = addWalletOptions(command, io, { own })
  command
    .description(
      'Pays each wallet what it lacks, from the key in VANA_LOAD_FUNDER_PRIVATE_KEY, then verifies every balance. You can\n' +
        "stop and repeat it at any time; no wallet is paid twice. With --lanes, funds the relayer's lanes.",
    )
    .action(() =>
      run(async () => {
        const options = read()
        const { fundCommand } = await import('./wallets/fund-command.ts')
        return await fundCommand(options, io, await openChosen(options, io, 'note'))
      }),
    )
}

const defineStatus: CommandModule['define'] = (command, io, run) => {
  const own = { ...laneCommandParameters, ...laneAmountParameters, ...statusCommandParameters }
  const read = addWalletOptions(command, io, { own })
  command
    .description(
      'Shows the balances of wallets, and how much is missing to fund them all. For lanes, also shows how many relayed\n' +
        'users their balances pay for.',
    )
    .action(() =>
      run(async () => {
        const options = read()
        const { statusCommand } = await import('./wallets/status-command.ts')
        return await statusCommand(options, io, await openChosen(options, io, 'look'))
      }),
    )
}

const defineSweep: CommandModule['define'] = (command, io, run) => {
  const read = addWalletOptions(command, io, { own: { ...laneCommandParameters, ...sweepCommandParameters } })
  command
    .description(
      'Sends the balances of wallets back to the funder. It needs nothing but the chain, so it also works after a crash,\n' +
        'and you can repeat it at any time. Stop the API server before you sweep its lanes: it needs their balances.',
    )
    .action(() =>
      run(async () => {
        const options = read()
        const { sweepCommand } = await import('./wallets/sweep-command.ts')
        return await sweepCommand(options, io, await openChosen(options, io, 'look'))
      }),
    )
}

/** Opens the relayer's lanes with `--lanes`, and the wallets of users without it. */
async function openChosen(
  options: LaneOptions & { own: { lanes: boolean } },
  io: CommandIo,
  use: KeystoreUse,
): Promise<OpenWallets> {
  if (options.own.lanes) {
    const { openLanes } = await import('./wallets/open-lanes.ts')
    return openLanes(options, io)
  }
  const { openWallets } = await import('./wallets/open-wallets.ts')
  return await openWallets(options, io, use)
}
