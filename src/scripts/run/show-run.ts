import { resolve } from 'node:path'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import { removeStaleFolders } from '../../files/temporary-folder.ts'
import { ownVersion } from '../../process/own-version.ts'
import { processRedactor } from '../../redaction/process-redactor.ts'
import type { Redactor } from '../../redaction/redact.ts'
import type { LoadTest } from '../../run/load-test.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { type OpenRunView, openRunView } from './open-run-view.ts'
import type { RunContext } from './run-context.ts'

/** The view of a run; a live page also shows an error, and is closed. */
type View = { note(text: string): void; close(): void } & Partial<Pick<OpenRunView, 'failed' | 'closePage'>>

/** A load test that is shown on the terminal. */
type ShownLoadTest = LoadTest & { document: RunContext['document']; view: OpenRunView }

/**
 * Shows a run while it runs. Registers the secrets of its configuration before anything is written, prints notes about the
 * settings and about Ctrl-C, and always closes the view.
 *
 * @param open makes the view
 * @param make makes the run
 */
export async function showRun<Shown extends View, Result>(
  io: CommandIo,
  context: RunContext,
  open: (redact: Redactor) => Shown | Promise<Shown>,
  make: (view: Shown, redact: Redactor) => Promise<Result>,
): Promise<Result> {
  const redact = processRedactor
  redact.register(...context.secrets)
  await removeStaleFolders()
  const view = await open(redact)
  const onInterrupt = (): void => {
    view.note('Stopping: no new users; flows in flight may finish. Press Ctrl-C again to stop them now.')
  }
  io.signal.addEventListener('abort', onInterrupt, { once: true })
  try {
    for (const text of context.notes) view.note(text)
    return await make(view, redact)
  } catch (error) {
    view.failed?.(error)
    throw error
  } finally {
    io.signal.removeEventListener('abort', onInterrupt)
    view.close()
    await view.closePage?.()
  }
}

/** Shows load tests on the terminal, as the configuration says: quietly, with every step, or as usual. */
export function showLoadTest<Result>(
  config: LoadTestConfig,
  io: CommandIo,
  context: RunContext,
  make: (test: ShownLoadTest) => Promise<Result>,
): Promise<Result> {
  const { verbose, directory } = config.output
  const open = (redact: Redactor): Promise<OpenRunView> => openRunView(config, io, redact)
  return showRun(io, context, open, (view, redact) =>
    make({
      config,
      document: context.document,
      redact,
      environment: context.environment,
      version: ownVersion(),
      resultsDirectory: resolve(io.cwd, directory),
      interrupt: io.signal,
      forced: io.forced,
      view: { ...view, step: verbose ? (text) => view.note(redact.text(text)) : undefined },
    }),
  )
}
