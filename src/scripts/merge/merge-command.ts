import { resolve } from 'node:path'
import type { ValuesOf } from '../../config/parameter.ts'
import type { mergeCommandParameters } from '../../config/parameters/past-runs.ts'
import { throwProblems } from '../../config/problem.ts'
import { ownVersion } from '../../process/own-version.ts'
import { processRedactor } from '../../redaction/process-redactor.ts'
import { renderResult } from '../../report/terminal-result.ts'
import { colorsFor, columnsOf } from '../../report/terminal-text.ts'
import { writeReports } from '../../report/write-reports.ts'
import { checkParts } from '../../results/merge/check-parts.ts'
import { mergeRuns } from '../../results/merge/merge-runs.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { readEndedRun } from '../cli/read-ended-run.ts'

type MergeOptions = ValuesOf<typeof mergeCommandParameters> & { names: readonly string[] }

/** Combines parts into one run, and reports it. */
export async function mergeCommand(options: MergeOptions, io: CommandIo): Promise<number> {
  const { directory, partsDirectory = directory, incomplete, json, names } = options
  const resultsDir = resolve(io.cwd, directory)
  const partsDir = resolve(io.cwd, partsDirectory)
  const [name = '', ...others] = names
  const first = await readEndedRun(partsDir, name)
  const rest = []
  for (const other of others) rest.push(await readEndedRun(partsDir, other))
  throwProblems(
    checkParts([first, ...rest], incomplete),
    'Merge the parts of one run, each once: runs with the same seed, load and target, and --part 1/n to n/n.',
  )
  const { folder, summary } = await mergeRuns([first, ...rest], {
    resultsDir,
    version: ownVersion(),
    redact: processRedactor,
  })
  const { timeline } = await writeReports(folder)
  if (json) io.stdout.write(`${JSON.stringify(summary)}\n`)
  else {
    io.stdout.write(
      renderResult(summary, {
        columns: columnsOf(io.stdout),
        colors: colorsFor(io.stdout, io.env),
        reportPath: folder.file('html'),
        points: timeline.points,
      }),
    )
  }
  return summary.exitCode
}
