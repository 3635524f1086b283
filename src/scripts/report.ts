import { pastRunParameters, reportCommandParameters } from '../config/parameters/past-runs.ts'
import type { CommandModule } from './cli/command-module.ts'
import { addCommandOptions } from './cli/command-options.ts'

const { directory } = pastRunParameters
const groups = { report: reportCommandParameters, runs: { directory } }

/** The command `report`: renders a past run. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addCommandOptions(command, io, { groups })
  command
    .description('Renders the reports of a past run again, from the data in its folder, into that folder.')
    .argument('[run]', 'run id, start of an id, or path of a run folder or summary.json', 'latest')
    .action((name: string) =>
      run(async () => {
        const { values } = read()
        const { reportCommand } = await import('./report/report-command.ts')
        return await reportCommand({ ...values.report, ...values.runs, name }, io)
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load report\n  $ vana-load report 20260801-142233 --stdout > report.html\n\nMore: docs/comparing.md\n',
    )
}
