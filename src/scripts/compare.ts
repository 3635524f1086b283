import { compareCommandParameters, pastRunParameters } from '../config/parameters/past-runs.ts'
import type { CommandModule } from './cli/command-module.ts'
import { addCommandOptions } from './cli/command-options.ts'

const groups = { compare: compareCommandParameters, runs: pastRunParameters }

/** The command `compare`: runs side by side. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addCommandOptions(command, io, { groups })
  command
    .description(
      'Compares runs with the first one, metric by metric. Each difference comes with the noise of the runs, so that\n' +
        'chance does not pass for a change. Without arguments, compares the latest run with the one before it.',
    )
    .argument(
      '[runs...]',
      'run ids, starts of ids, `latest`, `previous`, or paths of run folders; the first is the reference',
    )
    .action((names: string[]) =>
      run(async () => {
        const { values } = read()
        const { compareCommand } = await import('./compare/compare-command.ts')
        return await compareCommand({ ...values.compare, ...values.runs, names }, io)
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load compare\n  $ vana-load compare 20260801-142233 latest --output comparison.html\n' +
        '  $ vana-load compare main/results/20260801-142233-7f3k9a latest --json\n\nMore: docs/comparing.md\n',
    )
}
