import { resolve } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../async/clock.ts'
import { throwProblems } from '../config/problem.ts'
import { renderResult } from '../report/terminal-result.ts'
import { colorsFor, columnsOf } from '../report/terminal-text.ts'
import { findRun, readRun, type StoredRun } from '../results/read-run.ts'
import { unfinishedRun } from '../results/unfinished-run.ts'
import type { CommandIo } from './cli/command-io.ts'
import { exitCodes } from './cli/exit-code.ts'
import { readTypedFlags } from './cli/parameter-options.ts'
import { runAsScript } from './cli/run-as-script.ts'
import { openStatusLine } from './cli/status-line.ts'
import type { CommandModule } from './main.ts'
import { assessHealth } from './monitor/assess-health.ts'
import { describeDetails } from './monitor/describe-details.ts'
import { describeFindings } from './monitor/describe-findings.ts'
import { describeRuns } from './monitor/describe-runs.ts'
import { describeTrends } from './monitor/describe-trends.ts'
import { findTrends } from './monitor/find-trends.ts'
import { isFinished, readHistory } from './monitor/read-history.ts'
import { watchRun } from './monitor/watch-run.ts'

type MonitorOptions = {
  latest?: true
  file?: string
  detailed?: true
  trends?: true
  health?: true
  watch?: true
  last: string
  out: string
  json?: true
}

/** The command `monitor`: looks at past runs and at one under way. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description('Looks at the results of runs. Without flags, it lists the last ones.')
    .option('--latest', 'Show what came of the latest run.')
    .option(
      '--file <run>',
      'Show this run: its id, the start of it, or the path of its folder or summary.json.',
    )
    .option('--detailed', 'Show every step, every class of errors, calls, gas, money and the generator.')
    .option('--watch', 'Follow a run under way, second by second, until it ends.')
    .option('--trends', 'Compare the last runs: those of the same preset, users and target with each other.')
    .option('--health', 'Say how things stand after the last runs; exit code 4 when something is bad.')
    .option('--last <count>', 'How many of the last runs are looked at.', '20')
    .option('--out <folder>', 'Folder that the results of runs are in.', 'results')
    .option('--json', 'Print one JSON document on standard output, and nothing else there.')
    .option('--debug', 'Show the stack of an error.')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => run(() => monitor(command, io)))
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load monitor --latest --detailed\n  $ vana-load monitor --watch\n' +
        '  $ vana-load monitor --trends --last 50\n  $ vana-load monitor --file 20260801-142233 --json\n\nMore: docs/watching.md, docs/comparing.md\n',
    )
}

async function monitor(command: Command, io: CommandIo): Promise<number> {
  throwProblems(readTypedFlags(command, []).problems, '`vana-load monitor --help` lists the flags.')
  const options = command.opts<MonitorOptions>()
  const results = resolve(io.cwd, options.out)
  const last = readLast(options.last)
  const print = (text: string, document: unknown): void => {
    io.stdout.write(`${options.json ? JSON.stringify(document, null, 2) : text}\n`)
  }
  if (options.watch) return await watch(results, options, io, print)
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
    await show(await readRun(await findRun(results, options.file ?? 'latest')), options, io, print)
    return exitCodes.ok
  }
  const { runs } = await readHistory(results, last)
  const document = runs.map(({ id, path, summary }) => ({ id, path, finished: summary !== null }))
  print(runs.length === 0 ? `There are no runs in ${results}.` : describeRuns(runs), document)
  return exitCodes.ok
}

type Print = (text: string, document: unknown) => void

async function show(
  run: StoredRun,
  { detailed }: MonitorOptions,
  io: CommandIo,
  print: Print,
): Promise<void> {
  if (!isFinished(run)) throw await unfinishedRun(run, Date.now())
  const { id, preset, target, seed, startedAt } = run.summary.run
  const columns = columnsOf(io.stdout)
  const text = [
    `${id}: ${preset ?? 'no preset'} against ${target}, seed ${seed}, from ${startedAt}`,
    renderResult(run.summary, { columns, colors: colorsFor(io.stdout, io.env), reportPath: run.path }),
    ...(detailed ? [describeDetails(run.summary), ''] : []),
  ]
  print(text.join('\n').trimEnd(), run.summary)
}

async function watch(results: string, options: MonitorOptions, io: CommandIo, print: Print): Promise<number> {
  const run = await readRun(await findRun(results, options.file ?? 'latest'))
  const status = openStatusLine(io.stderr)
  try {
    status.note(run.id)
    const finished = await watchRun(run, { clock: systemClock, signal: io.signal, show: status.show })
    status.close()
    if (finished === null) return exitCodes.interrupted
    await show(finished, options, io, print)
    return exitCodes.ok
  } finally {
    status.close()
  }
}

function readLast(text: string): number {
  const last = Number(text)
  if (!Number.isSafeInteger(last) || last < 1) {
    throwProblems([{ key: '--last', found: `'${text}'`, allowed: 'a whole number from 1' }])
  }
  return last
}

void runAsScript(import.meta.url, 'monitor')
