import type { CommandModule } from './cli/command-module.ts'
import { addCommandOptions } from './cli/command-options.ts'
import { partProblems } from './testbed/part-problems.ts'
import { testbedGroups } from './testbed/testbed-options.ts'

const headings = {
  command: 'Parts to start:',
  surroundings: 'Parts that already run elsewhere, for --only:',
  testbed: 'Behavior:',
  chain: 'Behavior:',
}

/** The command `testbed`: the embedded stack alone, or parts of it. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addCommandOptions(command, io, {
    groups: testbedGroups,
    headings,
    check: partProblems,
    hint: '`vana-load testbed --help` lists the flags and their values. docs/targets.md has examples.',
  })
  command
    .description(
      'Starts chain, contracts, object storage, personal server and API server on 127.0.0.1, or only the parts that --only\n' +
        'names, and keeps them running until you interrupt it. --json prints a target document that every command takes as\n' +
        '--target; with --only, it holds the parts that were started. Keys come from the environment: see docs/targets.md.',
    )
    .action(() =>
      run(async () => {
        const { values } = read()
        const { runTestbed } = await import('./testbed/run-testbed.ts')
        const { exitCode } = await runTestbed(values, io)
        return exitCode
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load testbed\n  $ vana-load testbed --block-time 6s --server-concurrency serial --json > target.json\n' +
        '  $ vana-load testbed --only chain,storage --chain-port 8545\n' +
        '  $ vana-load testbed --only personal-server --rpc http://127.0.0.1:8545 --port 8080 --profile head-2025-10-17\n',
    )
}
