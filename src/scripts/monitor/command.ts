import { monitorCommandParameters, pastRunParameters } from '../../config/parameters/past-runs.ts'
import type { CommandModule } from '../cli/command-module.ts'
import { addCommandOptions } from '../cli/command-options.ts'

const groups = { monitor: monitorCommandParameters, runs: pastRunParameters }

/** The command `monitor`: shows past runs, and follows one in progress. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addCommandOptions(command, io, { groups })
  command
    .description('Shows past runs, or follows one in progress. Without flags, lists the latest runs.')
    .action(() =>
      run(async () => {
        const { values } = read()
        const { monitorCommand } = await import('./monitor-command.ts')
        return await monitorCommand({ ...values.monitor, ...values.runs }, io)
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load monitor --latest --detailed\n  $ vana-load monitor --watch\n' +
        '  $ vana-load monitor --trends --last 50\n  $ vana-load monitor --file 20260801-142233 --json\n\nMore: docs/watching.md, docs/comparing.md\n',
    )
}
