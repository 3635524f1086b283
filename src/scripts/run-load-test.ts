import { resolve } from 'node:path'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { createRedactor } from '../redaction/redact.ts'
import { createTerminalView } from '../report/terminal.ts'
import { writeReports } from '../report/write-reports.ts'
import { runLoadTest as makeLoadTest } from '../run/run-load-test.ts'
import type { CommandIo } from './command-io.ts'
import { ownVersion } from './own-version.ts'
import type { RunContext } from './run-context.ts'
import { silentView } from './silent-view.ts'

/** Makes a load test, shows how it goes, and writes its reports. */
export async function runLoadTest(
  config: LoadTestConfig,
  io: CommandIo,
  context: RunContext,
): Promise<{ exitCode: number }> {
  const redact = createRedactor()
  redact.register(...context.secrets)
  const view = config.output.quiet ? silentView : createTerminalView(io.stderr as NodeJS.WriteStream, io.env)
  const onInterrupt = (): void => {
    view.note('Stopping: no more users; those at work may finish. Ctrl-C again ends them at once.')
  }
  io.signal.addEventListener('abort', onInterrupt, { once: true })
  try {
    for (const text of context.notes) view.note(text)
    const { summary, folder } = await makeLoadTest({
      config,
      document: context.document,
      redact,
      environment: context.environment,
      version: ownVersion(),
      resultsDirectory: resolve(io.cwd, config.output.directory),
      interrupt: io.signal,
      forced: io.forced,
      view: { ...view, step: config.output.verbose ? (text) => view.note(redact.text(text)) : undefined },
    })
    const { timeline } = await writeReports(folder)
    if (config.output.json) io.stdout.write(`${redact.text(JSON.stringify(summary))}\n`)
    view.finish(summary, folder.file('html'), timeline.points)
    return { exitCode: summary.exitCode }
  } finally {
    io.signal.removeEventListener('abort', onInterrupt)
    view.close()
  }
}
