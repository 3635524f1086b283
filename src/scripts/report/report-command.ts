import { join, resolve } from 'node:path'
import type { ValuesOf } from '../../config/parameter.ts'
import { type reportCommandParameters, reportFormats } from '../../config/parameters/past-runs.ts'
import { throwProblems } from '../../config/problem.ts'
import { processRedactor } from '../../redaction/process-redactor.ts'
import { loadReportData, type ReportData } from '../../report/report-data.ts'
import { runDocument } from '../../report/run/run-document.ts'
import { findRun, readRun } from '../../results/read-run.ts'
import { type ReportFile, runFiles } from '../../results/run-folder.ts'
import { writeAtomically } from '../../results/write-atomically.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'

type ReportOptions = ValuesOf<typeof reportCommandParameters> & { directory: string; name: string }

type Renderer = (data: ReportData) => string

/** The renderer of each format, loaded on demand. */
const renderers: Record<ReportFile, () => Promise<Renderer>> = {
  html: async () => {
    const { printHtml } = await import('../../report/html/print-html.ts')
    return (data) => printHtml(runDocument(data))
  },
  markdown: async () => {
    const { printMarkdown } = await import('../../report/markdown/print-markdown.ts')
    return (data) => printMarkdown(runDocument(data))
  },
  junit: async () => (await import('../../report/junit.ts')).renderJunitReport,
}

/** Renders a run into its folder, or to standard output. */
export async function reportCommand(options: ReportOptions, io: CommandIo): Promise<number> {
  const { formats, stdout, directory, name } = options
  const [html] = reportFormats
  const asked = formats.length > 0 ? formats : stdout ? [html] : reportFormats
  const [first = html] = asked
  if (stdout && asked.length !== 1) {
    throwProblems([{ key: '--stdout', found: asked.join(', '), allowed: 'one --format' }])
  }
  const run = await readRun(await findRun(resolve(io.cwd, directory), name))
  const data = await loadReportData(run)
  const render = async (format: ReportFile): Promise<string> => {
    const renderer = await renderers[format]()
    return processRedactor.text(renderer(data))
  }
  if (stdout) {
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
