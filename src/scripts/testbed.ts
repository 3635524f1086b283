import type { ValuesOf } from '../config/parameter.ts'
import { nameParameters } from '../config/parameter-names.ts'
import { chainParameters, testbedParameters } from '../config/parameters/chain.ts'
import { testbedCommandParameters, testbedSurroundingsParameters } from '../config/parameters/commands.ts'
import { secretParameters } from '../config/parameters/secrets.ts'
import { targetParameters } from '../config/parameters/target-environment.ts'
import { resolveGroups } from '../config/resolve-groups.ts'
import { addEnvironmentOptions, readCommandEnvironment } from './cli/environment-options.ts'
import { addParameterOptions, readTypedFlags } from './cli/parameter-options.ts'
import type { CommandModule } from './main.ts'
import { partProblems } from './testbed/part-problems.ts'
import { addShortFlags, withoutShortFlags } from './testbed/short-flags.ts'

const { granteePrivateKey, relayerPrivateKeys } = secretParameters
const { granteeId } = targetParameters
const { relayerLanes } = chainParameters
const groups = {
  command: testbedCommandParameters,
  surroundings: testbedSurroundingsParameters,
  testbed: testbedParameters,
  chain: { relayerLanes },
  keys: { granteePrivateKey, relayerPrivateKeys, granteeId },
}
const headings = {
  command: 'What is started:',
  surroundings: 'What is there already, for --only:',
  testbed: 'How it behaves:',
  chain: 'How it behaves:',
}

/** What the command `testbed` is asked for. */
export type TestbedCommandOptions = { [Group in keyof typeof groups]: ValuesOf<(typeof groups)[Group]> }

/** The command `testbed`: the embedded stack by itself, or parts of it. */
export const define: CommandModule['define'] = (command, io, run) => {
  const parameters = nameParameters(groups)
  command
    .description(
      'Starts chain, contracts, object storage, personal server and API server on 127.0.0.1, or those that --only\n' +
        'names, and stays up until it is interrupted. What --json prints is a target document, which any command takes\n' +
        'with --target, or the pieces of one that were started. Keys come from the environment: docs/targets.md.',
    )
    .action(() =>
      run(async () => {
        const typed = readTypedFlags(command, parameters)
        const { flags, problems } = withoutShortFlags(typed.flags)
        const resolved = resolveGroups(groups, {
          flags,
          environment: readCommandEnvironment(command, io),
          problems: [...typed.problems, ...problems],
          check: partProblems,
          hint: '`vana-load testbed --help` lists what is allowed; docs/targets.md has examples.',
        })
        const { runTestbed } = await import('./testbed/run-testbed.ts')
        const { exitCode } = await runTestbed(resolved, io)
        return exitCode
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load testbed\n  $ vana-load testbed --block-time 6s --server-concurrency serial --json > target.json\n' +
        '  $ vana-load testbed --only chain,storage --chain-port 8545\n' +
        '  $ vana-load testbed --only personal-server --rpc http://127.0.0.1:8545 --port 8080 --profile head-2025-10-17\n',
    )
  addEnvironmentOptions(command)
  addParameterOptions(command, parameters, headings)
  addShortFlags(command, headings.testbed)
}
