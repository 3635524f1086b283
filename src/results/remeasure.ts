import type { FlowRecord } from '../flow/flow-record.ts'
import type { Measurements } from './measurements-schema.ts'
import { createRunRecorder, type RunRecorderOptions } from './run-recorder.ts'

/**
 * Measures a run again from its flows, after some records were corrected: counts, latencies, permissions, gas and errors. What
 * flows do not contain, such as calls, resources and lag, keeps its value from the run.
 *
 * @param measured measurements during the run
 * @example await remeasure(recorder.measurements(), flows, { run, planned, redact })
 */
export async function remeasure(
  measured: Measurements,
  flows: AsyncIterable<FlowRecord>,
  options: Pick<RunRecorderOptions, 'run' | 'planned' | 'redact'>,
): Promise<Measurements> {
  const recorder = createRunRecorder({ ...options, resources: null })
  for await (const flow of flows) recorder.replay(flow)
  const { users, throughput, latencyMs, outcomeReasons, verified, ...rest } = recorder.measurements()
  const { permissions, errors, transactions, gas, notableFlows } = rest
  const { clockAheadMs } = measured.transactions
  return {
    ...measured,
    users,
    throughput,
    latencyMs,
    outcomeReasons,
    verified,
    permissions,
    errors,
    gas,
    notableFlows,
    transactions: { ...transactions, clockAheadMs },
  }
}
