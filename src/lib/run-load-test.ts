import { resolve } from 'node:path'
import { describeConfig, secretValues } from '../config/describe-config.ts'
import { ownVersion } from '../process/own-version.ts'
import { processRedactor } from '../redaction/process-redactor.ts'
import { writeReports } from '../report/write-reports.ts'
import { needMatchingBaseline } from '../results/baseline/read-baseline.ts'
import type { Summary } from '../results/summary-schema.ts'
import { checkFileHandles } from '../run/check-file-handles.ts'
import { runLoadTest as run } from '../run/run-load-test.ts'
import type { RunObserver } from '../run/run-observer.ts'
import type { LoadTestParameters } from './load-test-parameters.ts'
import { type ResolveConfigOptions, resolveAll } from './resolve-config.ts'

/** Options of {@link runLoadTest}. */
export type RunLoadTestOptions = ResolveConfigOptions & {
  /**
   * Stops the run: no new users, flows in flight get `load.grace`, funds are returned and the summary is written. A signal that
   * aborts before funds have moved rejects the run instead. @default the run goes to its end
   */
  signal?: AbortSignal | undefined
  /**
   * Ends the run at once: flows in flight are aborted, and funds stay on their wallets. The summary is written in any case.
   * @default no such end
   */
  forceSignal?: AbortSignal | undefined
  /** Called as users arrive, start and end, and once a second. One that throws does not harm the run. @default none */
  observers?: readonly RunObserver[] | undefined
  /** Called with a sentence for people when something happens: `starting the embedded stack`. @default nothing is printed */
  onNote?: ((text: string) => void) | undefined
}

/** A load test that has run. */
export type LoadTestResult = {
  /** The content of `summary.json`; `exitCode` is 0 when every threshold held. */
  summary: Summary
  /** Absolute path of the folder with `summary.json`, `report.html`, `flows.ndjson` and the rest. */
  folder: string
}

/**
 * Runs a load test and writes its results, as `vana-load run` does. Without a target it starts the embedded stack for the time of
 * the run. It prints nothing, handles no signals, and several may run in one process.
 *
 * @param parameters what to run, with the names of config files
 * @returns also when thresholds fail, flows fail or the run is stopped: `summary.exitCode` and `summary.run.stopped` say so
 * @throws LoadTestError what keeps the run from its first user: `CONFIG_INVALID`, `RESULTS_UNWRITABLE`, `TESTBED_START_FAILED`,
 * `TARGET_NOT_READY`, `MAINNET_REFUSED`, `CHAIN_*`, ...; the signal's reason
 * @example
 * const { summary, folder } = await runLoadTest({ users: 60, rate: '5/s' })
 * console.log(summary.users.succeeded, summary.latencyMs.flow.p95, folder)
 */
export async function runLoadTest(
  parameters: LoadTestParameters = {},
  options: RunLoadTestOptions = {},
): Promise<LoadTestResult> {
  const { resolved, environment } = resolveAll(parameters, options)
  const { config } = resolved
  const { signal, forceSignal, observers, onNote = () => undefined } = options
  const redact = processRedactor
  redact.register(...secretValues(resolved))
  const note = (text: string): void => onNote(redact.text(text))
  const document = describeConfig(resolved)
  checkFileHandles(config)
  const baseline =
    config.baseline === undefined
      ? undefined
      : await needMatchingBaseline(resolve(config.baseline), document, config.target)
  for (const text of resolved.notes) note(text)
  const { summary, folder } = await run({
    config,
    document,
    redact,
    environment,
    version: ownVersion(),
    resultsDirectory: resolve(config.output.directory),
    targetDocument: typeof parameters.target === 'object' ? parameters.target : undefined,
    interrupt: signal,
    forced: forceSignal,
    observers,
    baseline,
    view: { note, update: () => undefined },
  })
  await writeReports(folder)
  return { summary, folder: folder.path }
}
