import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { throwProblems } from '../config/problem.ts'
import { processRedactor } from '../redaction/process-redactor.ts'
import { loadReportData, type ReportData } from '../report/report-data.ts'
import { findRun, readRun } from '../results/read-run.ts'
import { type ReportFile, runFiles } from '../results/run-folder.ts'
import { writeAtomically } from '../results/write-atomically.ts'
import type { CommandIo } from './cli/command-io.ts'
import { exitCodes } from './cli/exit-code.ts'
import type { CommandModule } from './main.ts'

type Renderer = (data: ReportData) => string

/** The forms that a report comes in, each loaded when it is asked for. */
const renderers: Record<ReportFile, () => Promise<Renderer>> = {
  html: async () => (await import('../report/html.ts')).renderHtmlReport,
  markdown: async () => (await import('../report/markdown.ts')).renderMarkdownReport,
  junit: async () => {
    const { renderJunitReport } = await import('../report/junit.ts')
    return renderJunitReport
  },
}
const formats = Object.keys(renderers) as ReportFile[]

/** The command `report`: renders a run again. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description('Renders the report of a run again, from what its folder holds, into that folder.')
    .argument(
      '[run]',
      'the id of a run, the start of one, or the path of its folder or summary.json',
      'latest',
    )
    .option(
      '--format <name>',
      `Form to render: ${formats.join(', ')}; give it several times for several. (default: all)`,
      addFormat,
    )
    .option(
      '--stdout',
      `Write one report to standard output, not into the folder of the run: ${formats[0]}, or the one of --format.`,
    )
    .option('--out <folder>', 'Folder that the results of runs are in.', 'results')
    .option('--debug', 'Show the stack of an error.')
    .action((name: string) => run(() => report(command, io, name)))
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load report\n  $ vana-load report 20260801-142233 --stdout > report.html\n\nMore: docs/comparing.md\n',
    )
}

function addFormat(name: string, previous: ReportFile[] | undefined): ReportFile[] {
  const format = formats.find((candidate) => candidate === name)
  if (format === undefined) throw new InvalidArgumentError(`Allowed are ${formats.join(', ')}.`)
  return [...(previous ?? []), format]
}

async function report(command: Command, io: CommandIo, name: string): Promise<number> {
  const options = command.opts<{ format?: ReportFile[]; stdout?: true; out: string }>()
  // A browser's page is what people mean by the report.
  const asked = options.format ?? (options.stdout ? formats.slice(0, 1) : formats)
  const [first] = asked
  if (options.stdout && asked.length !== 1) {
    throwProblems([{ key: '--stdout', found: asked.join(', '), allowed: 'one --format' }])
  }
  const run = await readRun(await findRun(resolve(io.cwd, options.out), name))
  const data = await loadReportData(run)
  const redactor = processRedactor
  const render = async (format: ReportFile): Promise<string> => {
    const renderer = await renderers[format]()
    return redactor.text(renderer(data))
  }
  if (options.stdout && first !== undefined) {
    io.stdout.write(await render(first))
    return exitCodes.ok
  }
  for (const format of asked) {
    const path = join(run.path, runFiles[format])
    await writeAtomically(path, await render(format))
    io.stdout.write(`${path}\n`)
  }
  return exitCodes.ok
}
