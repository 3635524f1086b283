import type { NamedParameter } from '../config/parameter-names.ts'
import type { CommandModule } from './cli/command-module.ts'
import { addConfigOptions } from './cli/config-options.ts'

const groups = new Set(['testbed', 'limits'])
const keys = new Set([
  ...['target', 'users', 'flow.submission', 'flow.grantees', 'flow.requestTimeout', 'output.json'],
  ...['chain.feeMultiplier', 'chain.maxFeePerGas', 'chain.relayerLanes', 'wallets.funding'],
])
/** The checks do not call the model. */
const idle = new Set(['testbed.inferenceMedian', 'testbed.inference'])

const isOffered = ({ path: [group], key }: NamedParameter): boolean =>
  keys.has(key) || (groups.has(group) && !idle.has(key))

/** The command `doctor`: checks a target before a run. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addConfigOptions(command, io, { defaultPreset: 'smoke', own: {}, isOffered })
  command
    .description(
      'Checks everything that a run needs from its target, and explains how to fix what is wrong. It pays nothing; it\n' +
        'writes one small object to the storage and deletes it again. Exit code 3 if the target is not ready.',
    )
    .action(() =>
      run(async () => {
        const { resolved, environment } = await read()
        const { doctorCommand } = await import('./doctor/doctor-command.ts')
        return await doctorCommand(resolved, environment, io)
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load doctor\n  $ vana-load doctor --target moksha --preset conservative\n' +
        '  $ vana-load doctor --target target.json --json\n\nEvery check in detail: docs/checking.md\n',
    )
}
