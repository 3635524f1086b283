import type { LoadTestConfig } from '../../config/load-test-config.ts'
import { createLiveRun, type LiveRun, resultOf } from '../../dashboard/live-run.ts'
import type { ReadDistributions } from '../../dashboard/run-metrics.ts'
import { serveDashboard } from '../../dashboard/serve-dashboard.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { ownVersion } from '../../process/own-version.ts'
import type { Redactor } from '../../redaction/redact.ts'
import { createTerminalView, type TerminalView } from '../../report/terminal.ts'
import type { RunSnapshot } from '../../results/snapshot-schema.ts'
import type { Summary } from '../../results/summary-schema.ts'
import type { RunView } from '../../run/load-test.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { silentView } from './silent-view.ts'

/** A run on the terminal and, where it was asked for, on a live page. */
export type OpenRunView = Omit<TerminalView, 'update'> &
  RunView & {
    /** What the live page shows; `null` when there is none. */
    live: LiveRun | null
    /** Tells the page why there is no result. */
    failed(error: unknown): void
    /** Closes the page; after this, no port and no socket is left. */
    closePage(): Promise<void>
  }

/**
 * Opens what a run is shown in, before anything is started or paid for.
 *
 * @throws LoadTestError PORT_IN_USE, or CONFIG_INVALID when the live page can't be served there
 */
export async function openRunView(
  config: LoadTestConfig,
  { stderr, env }: Pick<CommandIo, 'stderr' | 'env'>,
  redact: Redactor,
): Promise<OpenRunView> {
  const { quiet, dashboard: port, dashboardHost: host } = config.output
  const terminal = quiet
    ? silentView
    : redacted(createTerminalView(stderr as NodeJS.WriteStream, env), redact)
  if (port === null) {
    return { ...terminal, live: null, failed() {}, async closePage() {} }
  }
  const live = createLiveRun({
    tool: { name: 'vana-load', version: ownVersion() },
    asked: { preset: config.preset, target: config.target, seed: config.seed, users: config.users },
    thresholds: config.thresholds,
    now: () => performance.now(),
  })
  let readDistributions: ReadDistributions = null
  const page = await serveDashboard({
    run: live,
    readDistributions: () => readDistributions,
    redact,
    host,
    port,
  })
  // The port is random, so the URL is printed even with --quiet.
  if (quiet) stderr.write(`live page: ${page.url}\n`)
  else terminal.note(`live page: ${page.url}`)
  return {
    live,
    note(text) {
      terminal.note(text)
      live.note(text)
    },
    update(snapshot, recorder) {
      readDistributions = (boundsMs) => recorder.distributions(boundsMs)
      terminal.update(snapshot)
      live.update(snapshot)
    },
    finish(summary, reportPath, points) {
      terminal.finish(summary, reportPath, points)
      live.end(resultOf(summary, reportPath, points ?? []))
    },
    close: terminal.close,
    failed(error) {
      const code = error instanceof LoadTestError ? error.code : 'INTERNAL'
      const message = error instanceof Error ? error.message : String(error)
      const hint = error instanceof LoadTestError ? error.hint : null
      const findings = [{ title: code, tone: 'bad' as const, text: message, hint }]
      const headline = 'The run ended without a result.'
      live.end({ tone: 'bad', headline, lead: '', findings, reportPath: null, exitCode: null })
    },
    closePage: page.close,
  }
}

/** Redacts what is shown before it is wrapped and cut, which would hide secrets from the redaction of the stream. */
function redacted(view: TerminalView, redact: Redactor): TerminalView {
  return {
    ...view,
    update: (snapshot) => view.update(redact.deep(snapshot) as RunSnapshot),
    note: (text) => view.note(redact.text(text)),
    finish: (summary, reportPath, points) => view.finish(redact.deep(summary) as Summary, reportPath, points),
  }
}
