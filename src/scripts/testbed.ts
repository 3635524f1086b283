import type { ValuesOf } from '../config/parameter.ts'
import { nameParameters } from '../config/parameter-names.ts'
import { testbedParameters } from '../config/parameters/chain.ts'
import { testbedCommandParameters } from '../config/parameters/commands.ts'
import { resolveGroups } from '../config/resolve-groups.ts'
import { addEnvironmentOptions, readCommandEnvironment } from './environment-options.ts'
import type { CommandModule } from './main.ts'
import { addParameterOptions, readTypedFlags } from './parameter-options.ts'

const groups = { command: testbedCommandParameters, testbed: testbedParameters }

/** What the command `testbed` is asked for. */
export type TestbedOptions = ValuesOf<typeof testbedCommandParameters> & ValuesOf<typeof testbedParameters>

/** The command `testbed`: the embedded stack by itself. */
export const define: CommandModule['define'] = (command, io, run) => {
  const parameters = nameParameters(groups)
  command
    .description(
      'Starts chain, contracts, object storage, personal server and API server on 127.0.0.1, and stays up until it is\n' +
        'interrupted. What --json prints is a target document: any command takes it with --target.',
    )
    .action(() =>
      run(async () => {
        const { flags, problems } = readTypedFlags(command, parameters)
        const environment = readCommandEnvironment(command, io)
        const resolved = resolveGroups(groups, { flags, environment, problems })
        const { runTestbed } = await import('./run-testbed.ts')
        const { exitCode } = await runTestbed({ ...resolved.command, ...resolved.testbed }, io)
        return exitCode
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load testbed\n  $ vana-load testbed --block-time 6s --server-concurrency serial --json > target.json\n' +
        '  $ vana-load testbed --chain-port 8545\n',
    )
  addEnvironmentOptions(command)
  addParameterOptions(command, parameters, { command: 'What is started:', testbed: 'How it behaves:' })
}
