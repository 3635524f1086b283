import { resolve } from 'node:path'
import type { Command } from 'commander'
import { throwProblems } from '../config/problem.ts'
import { ownVersion } from '../process/own-version.ts'
import { processRedactor } from '../redaction/process-redactor.ts'
import { renderResult } from '../report/terminal-result.ts'
import { colorsFor, columnsOf } from '../report/terminal-text.ts'
import { writeReports } from '../report/write-reports.ts'
import { checkParts } from '../results/merge/check-parts.ts'
import { mergeRuns } from '../results/merge/merge-runs.ts'
import type { CommandIo } from './cli/command-io.ts'
import { readEndedRun } from './cli/read-ended-run.ts'
import type { CommandModule } from './main.ts'

/** The command `merge`: one run out of the parts of a split one. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description(
      'Makes one run out of the parts of a split one (--part i/n), with a folder, a summary and reports of its own. The exit\n' +
        'code is that of the whole: thresholds are held against all users.',
    )
    .argument('<runs...>', 'the parts: ids of runs, the start of one, or paths of their folders')
    .option('--incomplete', 'Go without parts that are missing.')
    .option('--out <folder>', 'Folder that the merged run gets its folder in.', 'results')
    .option('--results <folder>', 'Folder that the parts are looked for in. (default: that of --out)')
    .option('--json', 'Print the summary as one JSON document on standard output, and nothing else there.')
    .option('--debug', 'Show the stack of an error.')
    .action((names: string[]) => run(() => merge(command, io, names)))
    .addHelpText(
      'after',
      '\nExample:\n  $ vana-load merge machine-1/results/20260801-142233 machine-2/results/20260801-142234\n\nMore: docs/comparing.md\n',
    )
}

async function merge(command: Command, io: CommandIo, names: readonly string[]): Promise<number> {
  const options = command.opts<{ incomplete?: true; out: string; results?: string; json?: true }>()
  const out = resolve(io.cwd, options.out)
  const looked = options.results === undefined ? out : resolve(io.cwd, options.results)
  const [name = '', ...others] = names
  const first = await readEndedRun(looked, name)
  const rest = []
  for (const other of others) rest.push(await readEndedRun(looked, other))
  throwProblems(
    checkParts([first, ...rest], options.incomplete === true),
    'Merge the parts of one run, each once: those that were started with the same seed, load and target, and --part 1/n to n/n.',
  )
  const { folder, summary } = await mergeRuns([first, ...rest], {
    ...{ resultsDir: out, version: ownVersion(), redact: processRedactor },
  })
  const { timeline } = await writeReports(folder)
  if (options.json) io.stdout.write(`${JSON.stringify(summary)}\n`)
  else {
    const columns = columnsOf(io.stdout)
    const shown = { columns, colors: colorsFor(io.stdout, io.env), reportPath: folder.file('html') }
    io.stdout.write(renderResult(summary, { ...shown, points: timeline.points }))
  }
  return summary.exitCode
}
