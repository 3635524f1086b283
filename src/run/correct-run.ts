import { LoadTestError } from '../errors/load-test-error.ts'
import type { FinalCheck } from '../results/final-check-schema.ts'
import type { Measurements } from '../results/measurements-schema.ts'
import { readRun } from '../results/read-run.ts'
import { remeasure } from '../results/remeasure.ts'
import type { RunFolder } from '../results/run-folder.ts'
import type { RunRecorderOptions } from '../results/run-recorder.ts'
import type { Summary } from '../results/summary-schema.ts'
import { checkOnceMore, type FinalCheckOptions } from './final-check.ts'

/** A run whose flows agree with the chain, as far as it could be asked. */
export type CorrectedRun = {
  measurements: Measurements
  check: FinalCheck | null
  problems: Summary['problems']
}

/**
 * Looks at the chain once more when a run is over, and corrects the records of flows and what was measured of them.
 *
 * @param options.recorder what the run's recorder was made with
 * @example const { measurements } = await correctRun({ folder, measured, recorder, connection, target, signal })
 */
export async function correctRun(
  options: Omit<FinalCheckOptions, 'flows'> & {
    folder: Pick<RunFolder, 'path' | 'flush' | 'correctFlows'>
    measured: Measurements
    recorder: Pick<RunRecorderOptions, 'run' | 'planned' | 'redact'>
    note: (text: string) => void
  },
): Promise<CorrectedRun> {
  const { folder, measured, recorder, note, ...parts } = options
  try {
    await folder.flush()
    const { flows } = await readRun(folder.path)
    const { check, corrections } = await checkOnceMore({ ...parts, flows })
    if (corrections.size === 0) return { measurements: measured, check, problems: [] }
    note(`${corrections.size} flows corrected by what the chain says now`)
    await folder.correctFlows(corrections)
    return { measurements: await remeasure(measured, flows(), recorder), check, problems: [] }
  } catch (error) {
    // The summary is still written, from what the run saw.
    const uncorrected = { measurements: measured, check: null }
    if (parts.signal.aborted) return { ...uncorrected, problems: [] }
    const { code, message } =
      error instanceof LoadTestError ? error : { code: 'INTERNAL', message: String(error) }
    const problem = { code, message: `The flows could not be checked once more: ${message}` }
    return { ...uncorrected, problems: [problem] }
  }
}
