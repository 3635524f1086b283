import { resolve } from 'node:path'
import type { ValuesOf } from '../../config/parameter.ts'
import type {
  baselineCheckParameters,
  baselineFileParameters,
  pastRunParameters,
} from '../../config/parameters/past-runs.ts'
import { throwProblems } from '../../config/problem.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { processRedactor } from '../../redaction/process-redactor.ts'
import { baselineResultDocument } from '../../report/baseline/baseline-documents.ts'
import { compareWithBaseline } from '../../results/baseline/compare-with-baseline.ts'
import { needBaseline } from '../../results/baseline/read-baseline.ts'
import { readTolerances } from '../../results/baseline/tolerances.ts'
import { readFlowSamples } from '../../results/compare/flow-samples.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import { readEndedRun } from '../cli/read-ended-run.ts'
import { printDocument } from './print-document.ts'

type CheckOptions = ValuesOf<typeof baselineCheckParameters> &
  ValuesOf<typeof baselineFileParameters> &
  ValuesOf<typeof pastRunParameters> & { name: string }

/** Checks a run against the baseline. */
export async function checkBaseline(options: CheckOptions, io: CommandIo): Promise<number> {
  const { tolerances, problems } = readTolerances(options.tolerances)
  const baseline = await needBaseline(resolve(io.cwd, options.file))
  const known = Object.keys(baseline.tolerances)
  const unknown = Object.keys(tolerances).filter((metric) => !known.includes(metric))
  throwProblems([
    ...problems,
    ...unknown.map((metric) => ({
      key: '--tolerance',
      found: `${metric} is not in the baseline`,
      allowed: `${known.join(', ')}; \`baseline set --tolerance\` adds others`,
    })),
  ])
  const run = await readEndedRun(resolve(io.cwd, options.directory), options.name)
  const adjusted = { ...baseline, tolerances: { ...baseline.tolerances, ...tolerances } }
  const { baseline: result } = compareWithBaseline(adjusted, run, await readFlowSamples(run.flows()))
  if (result === null) throw new LoadTestError('INTERNAL', 'The run was not checked against the baseline.')
  throwProblems(
    result.caveats
      .filter(({ kind }) => kind === 'other-test')
      .map(({ message }) => ({ key: 'baseline', found: `it is from a different test. ${message}` })),
    'Check a run with the same settings, or create a new baseline with `vana-load baseline set`.',
  )
  const document = { schemaVersion: 1, run: run.id, ...result }
  const text = options.json
    ? `${JSON.stringify(document, null, 2)}\n`
    : printDocument(baselineResultDocument(result, run.summary), io)
  io.stdout.write(processRedactor.text(text))
  return result.passed ? exitCodes.ok : exitCodes.thresholdFailed
}
