import { resolve } from 'node:path'
import type { ValuesOf } from '../../config/parameter.ts'
import type {
  baselineFileParameters,
  baselineSetParameters,
  pastRunParameters,
} from '../../config/parameters/past-runs.ts'
import { type Problem, throwProblems } from '../../config/problem.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { ownVersion } from '../../process/own-version.ts'
import { processRedactor } from '../../redaction/process-redactor.ts'
import { baselineDocument } from '../../report/baseline/baseline-documents.ts'
import { defaultTolerances } from '../../results/baseline/baseline-schema.ts'
import { makeBaseline } from '../../results/baseline/make-baseline.ts'
import { readBaseline } from '../../results/baseline/read-baseline.ts'
import { readTolerances } from '../../results/baseline/tolerances.ts'
import { compareConditions, unreliability } from '../../results/compare/comparability.ts'
import { conditionsOf } from '../../results/compare/run-conditions.ts'
import { writeAtomically } from '../../results/write-atomically.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import { readEndedRun } from '../cli/read-ended-run.ts'
import { printDocument } from './print-document.ts'

type SetOptions = ValuesOf<typeof baselineSetParameters> &
  ValuesOf<typeof baselineFileParameters> &
  ValuesOf<typeof pastRunParameters> & { names: readonly string[] }

type EndedRun = Awaited<ReturnType<typeof readEndedRun>>

/** Writes the baseline of one run or several. */
export async function setBaseline(options: SetOptions, io: CommandIo): Promise<number> {
  const { tolerances, problems } = readTolerances(options.tolerances)
  throwProblems(problems)
  const path = resolve(io.cwd, options.file)
  const earlier = await readBaseline(path)
  const results = resolve(io.cwd, options.directory)
  const [first = 'latest', ...others] = options.names
  const run = await readEndedRun(results, first)
  const rest = await Promise.all(others.map((name) => readEndedRun(results, name)))
  for (const one of [run, ...rest]) {
    throwProblems(problemsOf(one, run))
    for (const { message } of unreliability(one.summary, one.id)) io.stderr.write(`warning: ${message}\n`)
  }
  const baseline = await makeBaseline([run, ...rest], {
    name: options.name ?? earlier?.name ?? null,
    version: ownVersion(),
    tolerances: { ...(earlier?.tolerances ?? defaultTolerances), ...tolerances },
  })
  const text = processRedactor.text(`${JSON.stringify(baseline, null, 2)}\n`)
  await writeAtomically(path, text).catch((cause: unknown) => {
    throw new LoadTestError('RESULTS_UNWRITABLE', `Cannot write ${path}.`, { cause })
  })
  io.stdout.write(options.json ? text : `${printDocument(baselineDocument(baseline), io)}\n${path}\n`)
  return exitCodes.ok
}

/** Finds reasons not to make a baseline of a run, alone or together with the first one. */
function problemsOf(run: EndedRun, first: EndedRun): Problem[] {
  const { id, summary } = run
  const isWhole = summary.run.stopped === null && summary.problems.length === 0 && summary.users.succeeded > 0
  if (!isWhole) {
    const found = `${id} cannot be a baseline: it was stopped, it has problems, or no flow succeeded`
    return [{ key: 'runs', found }]
  }
  const names = { reference: first.id, other: id }
  return compareConditions(conditionsOf(first), conditionsOf(run), names)
    .filter(({ kind }) => kind === 'other-test')
    .map(({ message }) => ({ key: 'runs', found: `these runs are of different tests. ${message}` }))
}
