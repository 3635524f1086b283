import { formatEther } from 'viem'
import type { Baseline } from '../results/baseline/baseline-schema.ts'
import { compareWithBaseline } from '../results/baseline/compare-with-baseline.ts'
import { readFlowSamples } from '../results/compare/flow-samples.ts'
import { dependenciesOf } from '../results/environment.ts'
import type { Measurements } from '../results/measurements-schema.ts'
import type { MoneySettlement } from '../results/money-balance.ts'
import { parseThresholds } from '../results/parse-threshold.ts'
import { readRun } from '../results/read-run.ts'
import type { RunFolder } from '../results/run-folder.ts'
import { buildSummary } from '../results/summary.ts'
import type { Summary } from '../results/summary-schema.ts'
import { correctRun } from './correct-run.ts'
import type { DrivenRun } from './drive-run.ts'
import type { LoadTest } from './load-test.ts'
import type { OpenRun } from './open-run.ts'

/**
 * Summarises a run after its last flow: looks at the chain once more, compares with the baseline, and writes `summary.json`.
 *
 * @throws LoadTestError RESULTS_UNWRITABLE; the view then has the outcome, which is recorded nowhere else
 */
export async function summariseRun(
  test: LoadTest,
  run: OpenRun,
  ended: { driven: DrivenRun; measurements: Measurements; money: MoneySettlement },
): Promise<Summary> {
  const { config, redact, view } = test
  const { folder, stop, connection } = run
  const { driven, measurements: measured, money } = ended
  const { identity, planned } = driven
  const { target, client } = connection
  const corrected =
    stop.reason()?.reason === 'target-lost'
      ? { measurements: measured, check: null, problems: [] }
      : await correctRun({
          folder,
          connection: client.connection,
          target,
          note: view.note,
          measured,
          recorder: { run: identity, planned, redact },
          signal: stop.forced,
        })
  const summary = await comparedWith(test.baseline, {
    folder,
    summary: buildSummary({
      version: test.version,
      run: identity,
      endedAt: new Date(),
      durationMs: driven.durationMs,
      measurements: corrected.measurements,
      finalCheck: corrected.check,
      dependencies: dependenciesOf(target),
      faults: target.faults,
      money: money.statement,
      problems: [...money.problems, ...corrected.problems],
      warnings: driven.warnings(),
      thresholds: parseThresholds(config.thresholds).thresholds,
      stopped: stop.reason(),
      part: config.load.part.count > 1 ? config.load.part : null,
    }),
  })
  try {
    await folder.writeSummary(summary)
  } catch (error) {
    // The only record that is left of the run.
    view.note(describeOutcome(summary))
    throw error
  }
  return summary
}

/** Compares a run with its baseline, if it has one, by the flows that it wrote down. */
async function comparedWith(
  baseline: Baseline | undefined,
  { folder, summary }: { folder: RunFolder; summary: Summary },
): Promise<Summary> {
  if (baseline === undefined) return summary
  try {
    await folder.flush()
    const { environment, config, flows } = await readRun(folder.path)
    return compareWithBaseline(baseline, { environment, config, summary }, await readFlowSamples(flows()))
  } catch (error) {
    // The run took place and its summary must be written, whatever can't be read back.
    const reason = error instanceof Error ? error.message : String(error)
    const message = `The run could not be compared with its baseline: ${reason}`
    return { ...summary, problems: [...summary.problems, { code: 'RUN_UNREADABLE', message }], exitCode: 1 }
  }
}

/** How a run ended, on one line. */
function describeOutcome({ users, money }: Summary): string {
  const vana = (wei: string | null): string => (wei === null ? 'unknown' : `${formatEther(BigInt(wei))} VANA`)
  return (
    `${users.succeeded} of ${users.planned} users succeeded; funded ${vana(money.fundedWei)}, spent ${vana(money.spentWei)}, ` +
    `returned ${vana(money.sweptWei)}, left on wallets ${vana(money.leftWei)}`
  )
}
