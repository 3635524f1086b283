import { mergeCommandParameters } from '../config/parameters/past-runs.ts'
import type { CommandModule } from './cli/command-module.ts'
import { addCommandOptions } from './cli/command-options.ts'

/** The command `merge`: combines the parts of a split run. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addCommandOptions(command, io, { groups: { merge: mergeCommandParameters } })
  command
    .description(
      'Combines the parts of a split run (--part i/n) into one run, with a folder, a summary and reports of its own.\n' +
        'Thresholds apply to all users together, and the exit code is that of the whole run.',
    )
    .argument('<runs...>', 'the parts: run ids, starts of ids, or paths of run folders')
    .action((names: string[]) =>
      run(async () => {
        const { values } = read()
        const { mergeCommand } = await import('./merge/merge-command.ts')
        return await mergeCommand({ ...values.merge, names }, io)
      }),
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ vana-load merge machine-1/results/20260801-142233 machine-2/results/20260801-142234\n\nMore: docs/comparing.md\n',
    )
}
