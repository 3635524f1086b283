import { once } from 'node:events'
import { isAbsolute, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { openAgentDesk } from '../../artillery/agent-desk.ts'
import type { AgentNews, AgentOrder } from '../../artillery/agent-messages.ts'
import { configParameters } from '../../config/load-test-config.ts'
import { parseConfigFile } from '../../config/read-config-file.ts'
import { readEnvironment } from '../../config/read-environment.ts'
import { resolveConfig } from '../../config/resolve-config.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { ownVersion } from '../../process/own-version.ts'
import { processRedactor } from '../../redaction/process-redactor.ts'
import { createTerminalView } from '../../report/terminal.ts'
import { writeReports } from '../../report/write-reports.ts'
import { checkThreshold } from '../../results/check-threshold.ts'
import { runLoadTest } from '../../run/run-load-test.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodeOfError } from '../cli/exit-code.ts'
import { runContextOf } from '../run/run-context.ts'
import { silentView } from '../run/silent-view.ts'

/**
 * Makes a run for Artillery: the order arrives on standard input, events go to standard output, and messages for people to
 * standard error. When the input ends, no more users arrive, and flows in flight get the grace period of an interrupted run.
 */
export async function runAgent(io: CommandIo): Promise<number> {
  // The URL of the desk ends in its token. Errors are redacted below.
  const tell = (news: AgentNews): void => io.printForProgram(`${JSON.stringify(news)}\n`)
  try {
    const lines = createInterface({ input: process.stdin })
    const inputEnded = once(lines, 'close')
    const [text] = (await Promise.race([once(lines, 'line'), inputEnded])) as [string?]
    if (text === undefined) throw new LoadTestError('ABORTED', 'Artillery ended before the run began.')
    return await runOrder(JSON.parse(text) as AgentOrder, io, { tell, inputEnded })
  } catch (error) {
    const exitCode = exitCodeOfError(error, io.signal)
    const { code, message, hint } =
      error instanceof LoadTestError ? error : new LoadTestError('INTERNAL', String(error), { cause: error })
    tell({ failed: { code, message: processRedactor.text(message), hint, exitCode } })
    return exitCode
  } finally {
    process.stdin.destroy()
  }
}

async function runOrder(
  { form, settings, folder }: AgentOrder,
  io: CommandIo,
  artillery: { tell: (news: AgentNews) => void; inputEnded: Promise<unknown> },
): Promise<number> {
  const { tell, inputEnded } = artillery
  const environment = readEnvironment({ env: io.env, cwd: io.cwd })
  const file = parseConfigFile(JSON.stringify(atHome(settings, folder)), 'the script', configParameters)
  const resolved = resolveConfig({ environment, file, checkThreshold })
  const { config } = resolved
  const context = runContextOf(resolved, environment)
  processRedactor.register(...context.secrets)
  const desk = await openAgentDesk({
    form,
    config,
    redact: (text) => processRedactor.text(text),
    onReady: (url) => tell({ ready: { url } }),
  })
  const nobodyComes = new AbortController()
  void inputEnded.then(() => desk.isBusy() && nobodyComes.abort())
  // A panel would be drawn over what Artillery writes.
  const lines = { write: (text: string) => io.stderr.write(text) } as NodeJS.WriteStream
  const terminal = config.output.quiet ? silentView : createTerminalView(lines, io.env)
  const note = (text: string): void => terminal.note(processRedactor.text(`vana-load: ${text}`))
  try {
    for (const text of context.notes) note(text)
    const { summary, folder: results } = await runLoadTest({
      config,
      document: context.document,
      redact: processRedactor,
      environment,
      version: ownVersion(),
      resultsDirectory: resolve(io.cwd, config.output.directory),
      interrupt: AbortSignal.any([io.signal, nobodyComes.signal]),
      forced: io.forced,
      view: { note, update() {} },
      conductor: desk.conductor,
    })
    const { timeline } = await writeReports(results)
    terminal.finish(summary, results.file('html'), timeline.points)
    const ended = { exitCode: summary.exitCode, path: results.path }
    desk.tellEnd(ended)
    tell({ ended })
    return summary.exitCode
  } finally {
    await desk.close()
  }
}

/** A target document that the settings name lies beside the script. */
function atHome(settings: Record<string, unknown>, folder: string): Record<string, unknown> {
  const { target } = settings
  if (typeof target !== 'string' || isAbsolute(target) || !target.endsWith('.json')) return settings
  return { ...settings, target: resolve(folder, target) }
}
