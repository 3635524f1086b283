import type { FlowRecord } from '../../flow/flow-record.ts'
import { figureOf } from '../compare/compare-runs.ts'
import { readFlowSamples } from '../compare/flow-samples.ts'
import { conditionsOf, type EndedRun } from '../compare/run-conditions.ts'
import type { Baseline } from './baseline-schema.ts'

/** A run to make a baseline from. */
type SourceRun = EndedRun & { flows(): AsyncIterable<FlowRecord> }

/**
 * Makes a baseline from runs of the same test. With several runs, a later run is worse only if it is worse than each of them.
 *
 * @param runs oldest first
 * @example await makeBaseline([run], { name: 'main', version: '0.1.0', tolerances: defaultTolerances })
 */
export async function makeBaseline(
  runs: readonly [SourceRun, ...SourceRun[]],
  options: { name: string | null; version: string; tolerances: Readonly<Record<string, number>> },
): Promise<Baseline> {
  const { name, version, tolerances } = options
  const latest = runs.at(-1) ?? runs[0]
  const measured: Baseline['runs'] = []
  for (const run of runs) {
    const samples = await readFlowSamples(run.flows())
    const figures = Object.keys(tolerances).map(
      (metric): [string, Baseline['runs'][0]['figures'][string]] => {
        const { value, estimate } = figureOf(metric, run.summary, samples)
        return [
          metric,
          {
            value: rounded(value),
            low: rounded(estimate?.low ?? null),
            high: rounded(estimate?.high ?? null),
          },
        ]
      },
    )
    const { id, startedAt } = run.summary.run
    const flows = run.summary.users.planned
    measured.push({ id, startedAt, flows, figures: Object.fromEntries(figures) })
  }
  return {
    schemaVersion: 1,
    kind: 'baseline',
    name,
    tool: { name: 'vana-load', version },
    conditions: conditionsOf(latest),
    tolerances: { ...tolerances },
    runs: measured,
  }
}

/** Rounds to six digits, which keeps diffs of the file readable. */
const rounded = (value: number | null): number | null =>
  value === null ? null : Number(value.toPrecision(6))
