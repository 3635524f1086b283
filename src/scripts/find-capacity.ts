import { resolve } from 'node:path'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { createRedactor } from '../redaction/redact.ts'
import { stepWords } from '../report/capacity-words.ts'
import { createTerminalView } from '../report/terminal.ts'
import { renderCapacity } from '../report/terminal-capacity.ts'
import { colorsFor } from '../report/terminal-text.ts'
import { findCapacity as search } from '../run/find-capacity.ts'
import type { CommandIo } from './command-io.ts'
import { ownVersion } from './own-version.ts'
import type { RunContext } from './run-context.ts'
import { silentView } from './silent-view.ts'

const purposeWords = {
  step: 'next rate',
  bisect: 'between what held and what broke',
  confirm: 'once more',
} as const

/** Looks for the highest rate that holds, shows how the search goes, and prints what it found. */
export async function findCapacity(
  config: LoadTestConfig,
  io: CommandIo,
  context: RunContext,
): Promise<{ exitCode: number }> {
  const redact = createRedactor()
  redact.register(...context.secrets)
  const stream = io.stderr as NodeJS.WriteStream
  const view = config.output.quiet ? silentView : createTerminalView(stream, io.env)
  const onInterrupt = (): void => {
    view.note('Stopping: no more users; those at work may finish. Ctrl-C again ends them at once.')
  }
  io.signal.addEventListener('abort', onInterrupt, { once: true })
  try {
    for (const text of context.notes) view.note(text)
    const { capacity, path } = await search({
      config,
      document: context.document,
      redact,
      environment: context.environment,
      version: ownVersion(),
      resultsDirectory: resolve(io.cwd, config.output.directory),
      interrupt: io.signal,
      forced: io.forced,
      hasOwnCap: context.hasOwnCap,
      view: { ...view, step: config.output.verbose ? (text) => view.note(redact.text(text)) : undefined },
      onStep: ({ number, ratePerSecond, purpose }) =>
        view.note(`step ${number}: ${ratePerSecond}/s, ${purposeWords[purpose]}`),
      onStepEnd: (step) => view.note(stepWords(step)),
    })
    if (config.output.json) io.stdout.write(`${redact.text(JSON.stringify(capacity))}\n`)
    view.close()
    const colors = colorsFor(stream, io.env)
    if (!config.output.quiet) {
      stream.write(redact.text(renderCapacity(capacity, { columns: stream.columns ?? 80, colors, path })))
    }
    return { exitCode: capacity.exitCode }
  } finally {
    io.signal.removeEventListener('abort', onInterrupt)
    view.close()
  }
}
