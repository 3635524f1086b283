import { resolve } from 'node:path'
import type { Command } from 'commander'
import { throwProblems } from '../config/problem.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { ownVersion } from '../process/own-version.ts'
import { processRedactor } from '../redaction/process-redactor.ts'
import { renderBaseline, renderBaselineResult } from '../report/terminal-baseline.ts'
import { colorsFor } from '../report/terminal-text.ts'
import { defaultTolerances } from '../results/baseline/baseline-schema.ts'
import { compareWithBaseline } from '../results/baseline/compare-with-baseline.ts'
import { makeBaseline } from '../results/baseline/make-baseline.ts'
import { needBaseline, readBaseline } from '../results/baseline/read-baseline.ts'
import { readTolerances } from '../results/baseline/tolerances.ts'
import { compareConditions, unreliability } from '../results/compare/comparability.ts'
import { readFlowSamples } from '../results/compare/flow-samples.ts'
import { conditionsOf } from '../results/compare/run-conditions.ts'
import { writeAtomically } from '../results/write-atomically.ts'
import type { CommandIo } from './cli/command-io.ts'
import { exitCodes } from './cli/exit-code.ts'
import { readEndedRun } from './cli/read-ended-run.ts'
import type { CommandModule } from './main.ts'

type BaselineOptions = { file: string; results: string; tolerance?: string[]; name?: string; json?: true }

const defaultFile = 'vana-load.baseline.json'

/** The commands `baseline set`, `check` and `show`. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description(
      'Keeps what runs have to be as good as, in a file that is made to be committed, and holds runs against it. A run is\n' +
        'worse when a figure is worse by more than its tolerance, and by more than noise.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load baseline set latest --tolerance flow.p95=30%\n  $ vana-load baseline check latest\n' +
        `  $ vana-load run --baseline ${defaultFile}\n\nMore: docs/comparing.md\n`,
    )
  const set = command.command('set').summary('make the baseline of one or several runs')
  set
    .description(
      'Makes the baseline of a run, or of several of the same test: then a later run is worse only when it is worse than each\n' +
        'of them. A file that is there keeps its name and its tolerances, unless others are given.',
    )
    .argument('[runs...]', 'ids of runs, the start of one, `latest`, `previous`, or paths (default: latest)')
    .option('--name <text>', 'What people call it.')
    .option(
      '--tolerance <metric=share>',
      'How much worse a figure may be; several times for several.',
      collect,
    )
  const check = command.command('check').summary('hold a run against the baseline')
  check
    .description(
      'Holds a run against the baseline. Exit code 4 when it is worse, 2 when it is of another test.',
    )
    .argument('[run]', 'id of a run, the start of one, `latest`, `previous`, or a path', 'latest')
    .option('--tolerance <metric=share>', 'Another tolerance than the file has, this time.', collect)
  const show = command.command('show').summary('show the baseline')
  show.description('Shows what the baseline holds.')
  for (const one of [set, check, show]) {
    one
      .option('--file <file>', 'The file of the baseline.', defaultFile)
      .option('--results <folder>', 'Folder that the results of runs are in.', 'results')
      .option('--json', 'Print one JSON document on standard output, and nothing else there.')
      .option('--debug', 'Show the stack of an error.')
  }
  set.action((names: string[]) => run(() => setBaseline(set, io, names)))
  check.action((name: string) => run(() => checkBaseline(check, io, name)))
  show.action(() => run(() => showBaseline(show, io)))
}

const collect = (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), value]

async function setBaseline(command: Command, io: CommandIo, names: readonly string[]): Promise<number> {
  const options = command.opts<BaselineOptions>()
  const { tolerances, problems } = readTolerances(options.tolerance ?? [])
  throwProblems(problems)
  const path = resolve(io.cwd, options.file)
  const earlier = await readBaseline(path)
  const results = resolve(io.cwd, options.results)
  const [first = 'latest', ...others] = names
  const run = await readEndedRun(results, first)
  const runs = [run, ...(await Promise.all(others.map((name) => readEndedRun(results, name))))]
  for (const one of runs) {
    const notes = unreliability(one.summary, one.id)
    const { stopped } = one.summary.run
    const isWhole = stopped === null && one.summary.problems.length === 0 && one.summary.users.succeeded > 0
    throwProblems(
      isWhole
        ? compareConditions(conditionsOf(run), conditionsOf(one), { reference: run.id, other: one.id })
            .filter(({ kind }) => kind === 'other-test')
            .map(({ message }) => ({ key: 'runs', found: `they are not of the same test. ${message}` }))
        : [
            {
              key: 'runs',
              found: `${one.id} is no measure: it was stopped, broke a promise, or no flow succeeded`,
            },
          ],
    )
    for (const { message } of notes) io.stderr.write(`warning: ${message}\n`)
  }
  const baseline = await makeBaseline([run, ...runs.slice(1)], {
    name: options.name ?? earlier?.name ?? null,
    version: ownVersion(),
    tolerances: { ...(earlier?.tolerances ?? defaultTolerances), ...tolerances },
  })
  const text = processRedactor.text(`${JSON.stringify(baseline, null, 2)}\n`)
  await writeAtomically(path, text).catch((cause: unknown) => {
    throw new LoadTestError('RESULTS_UNWRITABLE', `Cannot write ${path}.`, { cause })
  })
  io.stdout.write(options.json ? text : `${renderBaseline(baseline)}\n\n${path}\n`)
  return exitCodes.ok
}

async function checkBaseline(command: Command, io: CommandIo, name: string): Promise<number> {
  const options = command.opts<BaselineOptions>()
  const { tolerances, problems } = readTolerances(options.tolerance ?? [])
  const baseline = await needBaseline(resolve(io.cwd, options.file))
  const unknown = Object.keys(tolerances).filter((metric) => !(metric in baseline.tolerances))
  throwProblems([
    ...problems,
    ...unknown.map((metric) => ({
      key: '--tolerance',
      found: `the baseline does not hold ${metric}`,
      allowed: `${Object.keys(baseline.tolerances).join(', ')}; \`baseline set --tolerance\` adds others`,
    })),
  ])
  const run = await readEndedRun(resolve(io.cwd, options.results), name)
  const held = { ...baseline, tolerances: { ...baseline.tolerances, ...tolerances } }
  const { baseline: result } = compareWithBaseline(held, run, await readFlowSamples(run.flows()))
  if (result === null) throw new LoadTestError('INTERNAL', 'The run was not compared with the baseline.')
  throwProblems(
    result.caveats
      .filter(({ kind }) => kind === 'other-test')
      .map(({ message }) => ({ key: 'baseline', found: `it is from a different test. ${message}` })),
    'Check a run that was asked for the same, or make a new baseline with `vana-load baseline set`.',
  )
  const document = { schemaVersion: 1, run: run.id, ...result }
  const text = options.json
    ? JSON.stringify(document, null, 2)
    : renderBaselineResult(run.id, result, colorsFor(io.stdout, io.env))
  io.stdout.write(`${processRedactor.text(text)}\n`)
  return result.passed ? exitCodes.ok : exitCodes.thresholdFailed
}

async function showBaseline(command: Command, io: CommandIo): Promise<number> {
  const { file, json } = command.opts<BaselineOptions>()
  const baseline = await needBaseline(resolve(io.cwd, file))
  io.stdout.write(`${json ? JSON.stringify(baseline, null, 2) : renderBaseline(baseline)}\n`)
  return exitCodes.ok
}
