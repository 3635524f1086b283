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

/** Makes load tests for a milestone, exactly as `vana-load run` makes them. */
export type LoadRuns = {
  /** Makes one load test with these flags on top of the common ones. @param on a target that is there already */
  run(title: string, flags: Readonly<Record<string, string>>, on?: Connection): Promise<LoadRun>
  /** Starts the target once, for several runs; `flags` as of the first of them. */
  open(flags: Readonly<Record<string, string>>): Promise<Connection>
}

/** A load test that was made. */
export type LoadRun = { summary: Summary; folder: RunFolder; seconds: TimelineLine[] }

/**
 * Prepares the load tests of a milestone. Wrong flags end the script with 2, Ctrl-C ends a run as it does on the command
 * line, and the script with 130.
 *
 * @param common flags of every run, such as `--target`
 */
export function prepareLoadRuns(script: string, common: Readonly<Record<string, string>>): LoadRuns {
  const environment = readEnvironment({ env: process.env, cwd: process.cwd() })
  const interrupt = new AbortController()
  const forced = new AbortController()
  process.on('SIGINT', () => (interrupt.signal.aborted ? forced : interrupt).abort())
  // What keeps a run from beginning is no criterion that was missed: it is said as a command says it.
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

/** How many users went the whole way, and what kept the others from it. */
export function whoGotThrough({ users, errors }: Summary): string {
  const kinds = errors.map(({ code, step, count }) => `${count} × ${code} at ${step ?? 'no step'}`)
  const dropped = users.dropped > 0 ? [`${users.dropped} never started`] : []
  return [`${users.succeeded} of ${users.planned}`, ...kinds, ...dropped].join('; ')
}

/**
 * Prints what a run needed and what went wrong in it: a line for each part of the stack, for the generator, for each kind of
 * error, for what the target was protected from (breaker, rate limits, retries), and for each warning.
 *
 * @param generator what is to be known of the generator besides its CPU time
 */
export function printRun(summary: Summary, generator: string): void {
  const { components, resources, errors, warnings } = summary
  console.log('')
  for (const [name, { cpuMsPerFlow, cpuShare, busyShare, busySharePeak, rssPeakBytes }] of Object.entries(
    components,
  )) {
    const busy =
      busyShare === null ? '' : `, busy ${formatShare(busyShare)} (${formatShare(busySharePeak)} at most)`
    const cpu = `CPU ${formatMs(cpuMsPerFlow)} a flow, ${formatShare(cpuShare)} of a core`
    console.log(`  ${name.padEnd(16)}${cpu}${busy}; memory at most ${formatBytes(rssPeakBytes)}`)
  }
  console.log(`  ${'generator'.padEnd(16)}CPU ${formatMs(resources.cpuMsPerFlow)} a flow, ${generator}`)
  for (const { code, step, count, example } of errors) {
    console.log(`  ${count} × ${code} at ${step ?? 'no step'}: ${example}`)
  }
  for (const { title, text } of protectionFindings(summary)) console.log(`  ${title}: ${text}`)
  for (const { code, message } of warnings) console.log(`  ! ${code}: ${message}`)
  console.log('')
}
