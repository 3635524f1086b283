import { auditCommandParameters, pastRunParameters } from '../config/parameters/past-runs.ts'
import type { CommandModule } from './cli/command-module.ts'
import { addCommandOptions } from './cli/command-options.ts'

const groups = { audit: auditCommandParameters, runs: pastRunParameters }

/** The command `audit`: checks the claims of a run on chain. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addCommandOptions(command, io, { groups })
  command
    .description(
      'Checks the claims of a run on chain: that every succeeded flow has its transaction, permission and gas there, that\n' +
        'its users have no others, and that the money reconciles. It only reads. Exit code 4 if a claim is wrong, 3 if the\n' +
        'chain of the run is gone.',
    )
    .argument('[run]', 'run id, start of an id, `latest`, `previous`, or a path', 'latest')
    .action((name: string) =>
      run(async () => {
        const { values, environment } = read()
        const { auditCommand } = await import('./audit/audit-command.ts')
        return await auditCommand({ ...values.audit, ...values.runs, name, environment }, io)
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load audit\n  $ vana-load audit 20260801-142233 --target target.json\n' +
        '  $ vana-load audit latest --target moksha --sample 500 --json\n\nMore: docs/auditing.md\n',
    )
}
