import type { Problem } from '../../config/problem.ts'
import { compareConditions } from '../compare/comparability.ts'
import { conditionsOf, type EndedRun } from '../compare/run-conditions.ts'

/** A part of a split run. */
export type PartRun = EndedRun & { id: string }

/**
 * Lists why runs are not the parts of one run: a different test, seed or number of parts, or a duplicate or missing part.
 *
 * @param allowMissing whether some may be missing
 */
export function checkParts(runs: readonly PartRun[], allowMissing: boolean): Problem[] {
  const problems: Problem[] = []
  const add = (found: string): void => void problems.push({ key: 'runs', found })
  const [first] = runs
  if (first === undefined) return problems
  const wholes = runs.filter(({ summary }) => summary.run.part === null)
  for (const { id } of wholes) add(`${id} is not part of a split run: it ran the whole load`)
  if (wholes.length > 0) return problems

  const reference = { ...conditionsOf(first), part: null }
  const owners = new Map<number, string>()
  for (const run of runs) {
    const { index = 0, count = 1 } = run.summary.run.part ?? {}
    const earlier = owners.get(index)
    if (earlier !== undefined) add(`part ${index + 1} is duplicated: ${earlier} and ${run.id}`)
    owners.set(index, run.id)
    if (count !== first.summary.run.part?.count) {
      add(`${run.id} is one of ${count} parts, ${first.id} one of ${first.summary.run.part?.count}`)
    }
    if (String(run.summary.run.seed) !== String(first.summary.run.seed)) {
      add(`${run.id} has seed ${run.summary.run.seed}, ${first.id} has ${first.summary.run.seed}`)
    }
    const names = { reference: first.id, other: run.id }
    for (const { kind, message } of compareConditions(
      reference,
      { ...conditionsOf(run), part: null },
      names,
    )) {
      if (kind === 'other-test') add(message)
    }
  }
  const count = first.summary.run.part?.count ?? 1
  const missing = Array.from({ length: count }, (_, i) => i).filter((index) => !owners.has(index))
  if (missing.length > 0 && !allowMissing) {
    add(
      `${missing.map((index) => `part ${index + 1}`).join(', ')} of ${count} is missing; --incomplete merges without it`,
    )
  }
  return problems
}
