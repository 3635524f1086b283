import { LoadTestError } from '../errors/load-test-error.ts'
import type { FlowServices, OperationState } from './flow-services.ts'
import type { StepRunner } from './step-runner.ts'

/** States of an operation in progress, of five states in total. */
const pending = new Set(['starting', 'processing'])

/**
 * Polls an operation until it ends. Retries a failed poll if that can help.
 *
 * @returns the state with `succeeded`
 * @throws LoadTestError INFERENCE_FAILED, INFERENCE_CANCELED, INFERENCE_TIMEOUT; SERVER_PROTOCOL for an unknown status, which never
 * counts as success
 */
export async function waitForAnswer(
  poll: FlowServices['inference']['poll'],
  operationId: string,
  options: {
    clock: FlowServices['clock']
    pollIntervalMs: number
    timeoutMs: number
    signal: AbortSignal
    retry: StepRunner['retry']
  },
): Promise<OperationState> {
  const { clock, pollIntervalMs, timeoutMs, signal } = options
  const giveUpAt = clock.now() + timeoutMs
  while (clock.now() < giveUpAt) {
    await clock.sleep(pollIntervalMs, signal)
    const state = await options.retry(() => poll(operationId, signal))
    if (state.status === 'succeeded') return state
    if (state.status === 'failed') {
      throw new LoadTestError(
        'INFERENCE_FAILED',
        `The personal server reported that operation ${operationId} failed.`,
      )
    }
    if (state.status === 'canceled') {
      throw new LoadTestError(
        'INFERENCE_CANCELED',
        `Operation ${operationId} was cancelled on the personal server.`,
      )
    }
    if (!pending.has(state.status)) {
      throw new LoadTestError(
        'SERVER_PROTOCOL',
        `Operation ${operationId} has the unknown status '${state.status}'.`,
      )
    }
  }
  throw new LoadTestError('INFERENCE_TIMEOUT', `Operation ${operationId} did not end within ${timeoutMs} ms.`)
}
