import {
  fundCommandParameters,
  laneAmountParameters,
  laneCommandParameters as lanes,
  statusCommandParameters,
  sweepCommandParameters,
} from '../config/parameters/wallets-command.ts'
import type { CommandIo } from './cli/command-io.ts'
import type { CommandModule } from './main.ts'
import type { LaneOptions } from './wallets/open-lanes.ts'
import type { KeystoreUse, OpenWallets } from './wallets/open-wallets.ts'
import { addWalletOptions } from './wallets/wallet-options.ts'

/** The commands `wallets generate`, `fund`, `status` and `sweep`: the life of test wallets. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description(
      'Makes, funds, looks at and empties the wallets of users. They all come from one mnemonic, kept in an encrypted\n' +
        'keystore; its passphrase comes from VANA_LOAD_KEYSTORE_PASSPHRASE, from the file that\n' +
        'VANA_LOAD_KEYSTORE_PASSPHRASE_FILE names, or is asked for. With --lanes, fund, status and sweep are about the\n' +
        'sending lanes of the relayer instead, as the environment gives them. See docs/wallets.md.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load wallets generate --keystore wallets.json --count 200\n' +
        '  $ vana-load wallets fund --target moksha --keystore wallets.json --funding 0.1 --max-spend 21\n' +
        '  $ vana-load wallets status --target moksha --keystore wallets.json\n' +
        '  $ vana-load wallets sweep --target moksha --keystore wallets.json\n' +
        '  $ vana-load wallets fund --lanes --target target.json --users 500 --max-spend 20\n',
    )

  const generate = command.command('generate').summary('make a keystore with new wallets')
  // Nothing is sent or paid, so neither amounts nor fees are asked for.
  const readGenerate = addWalletOptions(
    generate,
    io,
    {},
    ({ path: [group], key }) => group !== 'chain' && group !== 'run' && key !== 'wallets.funding',
  )
  generate
    .description(
      'Makes a keystore with a new mnemonic, or with that of VANA_LOAD_MNEMONIC. An existing file is never overwritten.',
    )
    .action(() =>
      run(async () => {
        const { generateWallets } = await import('./wallets/generate-wallets.ts')
        return await generateWallets(readGenerate(), io)
      }),
    )

  const fund = command.command('fund').summary('bring wallets up to an amount')
  const readFund = addWalletOptions(fund, io, { ...lanes, ...laneAmountParameters, ...fundCommandParameters })
  fund
    .description(
      'Pays every wallet what it lacks, from the key in VANA_LOAD_FUNDER_PRIVATE_KEY, and looks at every balance after.\n' +
        'It can be stopped and run again at any moment: nobody is paid twice. With --lanes, pays the lanes that relay.',
    )
    .action(() =>
      run(async () => {
        const { fundCommand } = await import('./wallets/fund-command.ts')
        const options = readFund()
        return await fundCommand(options, io, await openChosen(options, io, 'note'))
      }),
    )

  const status = command.command('status').summary('what wallets hold')
  const readStatus = addWalletOptions(status, io, {
    ...lanes,
    ...laneAmountParameters,
    ...statusCommandParameters,
  })
  status
    .description(
      'Says what wallets hold, and what is missing to fund them all; of lanes, also how many relayed users they carry.',
    )
    .action(() =>
      run(async () => {
        const { statusCommand } = await import('./wallets/status-command.ts')
        const options = readStatus()
        return await statusCommand(options, io, await openChosen(options, io, 'look'))
      }),
    )

  const sweep = command.command('sweep').summary('return what is left')
  const readSweep = addWalletOptions(sweep, io, { ...lanes, ...sweepCommandParameters })
  sweep
    .description(
      'Sends what wallets hold back to the funder. It works from the chain alone, also after a crash, and can be run\n' +
        'again at any moment. Empty lanes when their server is down: one that relays needs what they hold.',
    )
    .action(() =>
      run(async () => {
        const { sweepCommand } = await import('./wallets/sweep-command.ts')
        const options = readSweep()
        return await sweepCommand(options, io, await openChosen(options, io, 'look'))
      }),
    )
}

/** Opens the lanes of the relayer if they are meant, and the wallets of users if not. */
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
