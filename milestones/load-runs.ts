import { ownVersion } from '../src/process/own-version.ts'
import { createRedactor } from '../src/redaction/redact.ts'
import { formatBytes, formatMs, formatShare } from '../src/report/format-value.ts'
import { protectionFindings } from '../src/report/protection-findings.ts'
import type { RunFolder } from '../src/results/run-folder.ts'
import type { Summary } from '../src/results/summary-schema.ts'
import type { TimelineLine } from '../src/results/timeline-line.ts'
import type { Connection } from '../src/run/connection.ts'
import { refuse } from './options.ts'
import {
  checkThreshold,
  describeConfig,
  describeError,
  exitCodeOfError,
  openConnection,
  openRunView,
  readEnvironment,
  readRun,
  resolveConfig,
  resultOf,
  runLoadTest,
  secretValues,
  writeReports,
} from './program.ts'

/** Runs a milestone's load tests exactly as `vana-load run` does. */
export type LoadRuns = {
  /** Runs one load test with these flags on top of the common ones. @param on connection to reuse */
  run(title: string, flags: Readonly<Record<string, string>>, on?: Connection): Promise<LoadRun>
  /** Starts the target once for several runs; takes the flags of the first one. */
  open(flags: Readonly<Record<string, string>>): Promise<Connection>
}

/** A completed load test. */
export type LoadRun = { summary: Summary; folder: RunFolder; seconds: TimelineLine[] }

/**
 * Prepares the load tests of a milestone. Invalid flags end the script with exit code 2. Ctrl-C stops the run as it does on
 * the command line and ends the script with 130.
 *
 * @param common flags of every run, such as `--target`
 */
export function prepareLoadRuns(script: string, common: Readonly<Record<string, string>>): LoadRuns {
  const environment = readEnvironment({ env: process.env, cwd: process.cwd() })
  const interrupt = new AbortController()
  const forced = new AbortController()
  process.on('SIGINT', () => (interrupt.signal.aborted ? forced : interrupt).abort())
  // A run that cannot start is an error and not a missed criterion, so it is printed as a command prints it.
  process.on('uncaughtException', (error) => {
    console.error(redact.text(describeError(error)))
    process.exit(exitCodeOfError(error, interrupt.signal))
  })
  const redact = createRedactor()

  const resolve = (flags: Readonly<Record<string, string>>) => {
    try {
      return resolveConfig({ flags: { ...common, ...flags }, environment, checkThreshold })
    } catch (error) {
      return refuse(script, error instanceof Error ? error.message : String(error))
    }
  }
  return {
    async run(title, flags, on) {
      const resolved = resolve(flags)
      redact.register(...secretValues(resolved))
      const view = await openRunView(resolved.config, process, redact)
      view.note(`— ${title}`)
      try {
        const { summary, folder } = await runLoadTest(
          {
            config: resolved.config,
            document: describeConfig(resolved),
            redact,
            environment,
            version: ownVersion(),
            resultsDirectory: resolved.config.output.directory,
            interrupt: interrupt.signal,
            forced: forced.signal,
            view,
          },
          on,
        )
        const { timeline } = await writeReports(folder)
        view.live?.end(resultOf(summary, folder.file('html'), timeline.points))
        if (summary.run.stopped?.reason === 'interrupted') process.exitCode = 130
        const seconds: TimelineLine[] = []
        for await (const line of (await readRun(folder.path)).timeline()) seconds.push(line)
        return { summary, folder, seconds }
      } catch (error) {
        view.failed(error)
        throw error
      } finally {
        view.close()
        await view.closePage()
      }
    },
    async open(flags) {
      const { config } = resolve(flags)
      return openConnection({
        config,
        environment,
        runId: `milestone-${Date.now().toString(36)}`,
        note: (text) => console.error(text),
        signal: interrupt.signal,
      })
    },
  }
}

/** Returns how many users succeeded, and the errors of the others. */
export function describeOutcomes({ users, errors }: Summary): string {
  const kinds = errors.map(({ code, step, count }) => `${count} × ${code} at ${step ?? 'no step'}`)
  const dropped = users.dropped > 0 ? [`${users.dropped} never started`] : []
  return [`${users.succeeded} of ${users.planned}`, ...kinds, ...dropped].join('; ')
}

/**
 * Prints the resources and the errors of a run: a line for each part of the stack, the generator, each kind of error, each
 * protection of the target (breaker, rate limits, retries), and each warning.
 *
 * @param generator figures of the generator to print after its CPU time
 */
export function printRun(summary: Summary, generator: string): void {
  const { components, resources, errors, warnings } = summary
  console.log('')
  for (const [name, { cpuMsPerFlow, cpuShare, busyShare, busySharePeak, rssPeakBytes }] of Object.entries(
    components,
  )) {
    const busy =
      busyShare === null ? '' : `, busy ${formatShare(busyShare)} (peak ${formatShare(busySharePeak)})`
    const cpu = `CPU ${formatMs(cpuMsPerFlow)} per flow, ${formatShare(cpuShare)} of a core`
    console.log(`  ${name.padEnd(16)}${cpu}${busy}; peak memory ${formatBytes(rssPeakBytes)}`)
  }
  console.log(`  ${'generator'.padEnd(16)}CPU ${formatMs(resources.cpuMsPerFlow)} per flow, ${generator}`)
  for (const { code, step, count, example } of errors) {
    console.log(`  ${count} × ${code} at ${step ?? 'no step'}: ${example}`)
  }
  for (const { title, text } of protectionFindings(summary)) console.log(`  ${title}: ${text}`)
  for (const { code, message } of warnings) console.log(`  ! ${code}: ${message}`)
  console.log('')
}
