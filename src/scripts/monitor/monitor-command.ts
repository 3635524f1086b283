import { join, resolve } from 'node:path'
import { systemClock } from '../../async/clock.ts'
import type { ValuesOf } from '../../config/parameter.ts'
import type { monitorCommandParameters, pastRunParameters } from '../../config/parameters/past-runs.ts'
import { renderResult } from '../../report/terminal-result.ts'
import { colorsFor, columnsOf } from '../../report/terminal-text.ts'
import { findRun, readRun, type StoredRun } from '../../results/read-run.ts'
import { runFiles } from '../../results/run-folder.ts'
import { unfinishedRun } from '../../results/unfinished-run.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import { openStatusLine } from '../cli/status-line.ts'
import { assessHealth } from './assess-health.ts'
import { describeDetails } from './describe-details.ts'
import { describeFindings } from './describe-findings.ts'
import { describeRuns } from './describe-runs.ts'
import { describeTrends } from './describe-trends.ts'
import { findTrends } from './find-trends.ts'
import { isFinished, readHistory } from './read-history.ts'
import { watchRun } from './watch-run.ts'

type MonitorOptions = ValuesOf<typeof monitorCommandParameters> & ValuesOf<typeof pastRunParameters>

/** Lists, shows, follows or assesses runs, as the options say. */
export async function monitorCommand(options: MonitorOptions, io: CommandIo): Promise<number> {
  const results = resolve(io.cwd, options.directory)
  const { last } = options
  const print = (text: string, document: unknown): void => {
    io.stdout.write(`${options.json ? JSON.stringify(document, null, 2) : text}\n`)
  }
  const screen = { io, print }
  if (options.watch) return await watch(results, options, screen)
  if (options.health) {
    const findings = assessHealth(await readHistory(results, last))
    print(describeFindings(findings), findings)
    return findings.some(({ tone }) => tone === 'bad') ? exitCodes.thresholdFailed : exitCodes.ok
  }
  if (options.trends) {
    const series = findTrends((await readHistory(results, last)).finished.map(({ summary }) => summary))
    const document = series.map(({ runs, ...rest }) => ({ ...rest, runs: runs.map(({ run: { id } }) => id) }))
    print(describeTrends(series) || 'There are no runs to compare.', document)
    return exitCodes.ok
  }
  if (options.latest || options.detailed || options.file !== undefined) {
    await show(await readRun(await findRun(results, options.file ?? 'latest')), options, screen)
    return exitCodes.ok
  }
  const { runs } = await readHistory(results, last)
  const document = runs.map(({ id, path, summary }) => ({ id, path, finished: summary !== null }))
  print(runs.length === 0 ? `There are no runs in ${results}.` : describeRuns(runs), document)
  return exitCodes.ok
}

/** Where a command prints: the text, or with `--json` the document. */
type Screen = { io: CommandIo; print: (text: string, document: unknown) => void }

async function show(run: StoredRun, { detailed }: MonitorOptions, { io, print }: Screen): Promise<void> {
  if (!isFinished(run)) throw await unfinishedRun(run, Date.now())
  const { id, preset, target, seed, startedAt } = run.summary.run
  const columns = columnsOf(io.stdout)
  const reportPath = join(run.path, runFiles.html)
  const text = [
    `${id}: ${preset ?? 'no preset'} against ${target}, seed ${seed}, from ${startedAt}`,
    renderResult(run.summary, { columns, colors: colorsFor(io.stdout, io.env), reportPath }),
    ...(detailed ? [describeDetails(run.summary), ''] : []),
  ]
  print(text.join('\n').trimEnd(), run.summary)
}

async function watch(results: string, options: MonitorOptions, screen: Screen): Promise<number> {
  const { io } = screen
  const run = await readRun(await findRun(results, options.file ?? 'latest'))
  const status = openStatusLine(io.stderr)
  try {
    status.note(run.id)
    const finished = await watchRun(run, { clock: systemClock, signal: io.signal, show: status.show })
    status.close()
    if (finished === null) return exitCodes.interrupted
    await show(finished, options, screen)
    return exitCodes.ok
  } finally {
    status.close()
  }
}
