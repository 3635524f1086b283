import { type Problem, throwProblems } from '../../config/problem.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { readTextFile } from '../../files/read-text-file.ts'
import { compareConditions } from '../compare/comparability.ts'
import { settingsOf } from '../compare/run-conditions.ts'
import { type Baseline, baselineSchema } from './baseline-schema.ts'

/**
 * Reads a baseline file.
 *
 * @returns `null` if the file does not exist
 * @throws LoadTestError CONFIG_INVALID if the file is not a baseline
 */
export async function readBaseline(path: string): Promise<Baseline | null> {
  const read = readTextFile(path)
  if (read.problem !== undefined) {
    if (read.isMissing) return null
    throw new LoadTestError('CONFIG_INVALID', `Cannot read the baseline ${path}: ${read.problem}.`)
  }
  try {
    return baselineSchema.parse(JSON.parse(read.text))
  } catch (cause) {
    throw new LoadTestError('CONFIG_INVALID', `${path} is not a baseline that this version can read.`, {
      cause,
      hint: 'Create it again with `vana-load baseline set`.',
    })
  }
}

/**
 * Reads a baseline that must exist.
 *
 * @throws LoadTestError CONFIG_INVALID if it does not, or is not a baseline
 */
export async function needBaseline(path: string): Promise<Baseline> {
  const baseline = await readBaseline(path)
  if (baseline !== null) return baseline
  throw new LoadTestError('CONFIG_INVALID', `There is no baseline ${path}.`, {
    hint: 'Create one from a run with `vana-load baseline set`, and commit it.',
  })
}

/**
 * Reads the baseline of a run and checks that both are of the same test, before anything is started or paid.
 *
 * @param document the run's configuration as `config.json` will have it
 * @throws LoadTestError CONFIG_INVALID if there is no such baseline, or if it is from a different test
 */
export async function needMatchingBaseline(
  path: string,
  document: unknown,
  target: string,
): Promise<Baseline> {
  const baseline = await needBaseline(path)
  throwProblems(
    baselineProblems(baseline, document, target),
    'Use the settings of the run that the baseline was made from, or create a new one with `vana-load baseline set`.',
  )
  return baseline
}

/**
 * Lists why a run that has not started yet could not be compared with a baseline: it would be a different test.
 *
 * @param document the run's configuration as `config.json` will have it
 */
export function baselineProblems(baseline: Baseline, document: unknown, target: string): Problem[] {
  const { conditions } = baseline
  const asked = { ...conditions, settings: settingsOf(document) ?? {} }
  const name = ['local', 'moksha'].includes(target) ? target : conditions.target
  return compareConditions(
    conditions,
    { ...asked, target: name },
    { reference: 'the baseline', other: 'this run' },
  )
    .filter(({ kind }) => kind === 'other-test')
    .map(({ message }) => ({ key: 'baseline', found: `it is from a different test. ${message}` }))
}
