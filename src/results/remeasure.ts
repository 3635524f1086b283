import type { FlowRecord } from '../flow/flow-record.ts'
import type { Measurements } from './measurements-schema.ts'
import { createRunRecorder, type RunRecorderOptions } from './run-recorder.ts'

/**
 * Measures a run anew from its flows, after some of their records were corrected: counts, latencies, permissions, gas and
 * errors are those of the flows as they stand. What flows don't tell stays as it was measured during the run, such as
 * calls, resources and lag.
 *
 * @param measured what was measured during the run
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
