import type { ServerContext } from './context.ts'
import { ApiError, internalError, messageOf } from './errors.ts'
import type { Prediction } from './model-provider.ts'

const knownStatuses = new Set(['starting', 'processing', 'succeeded', 'failed', 'canceled'])
const finalStatuses = new Set(['succeeded', 'failed', 'canceled'])

/** The body of `GET /operations/{id}`. */
export type OperationStatus = {
  kind: 'OperationStatus'
  id: string
  status: string
  started_at: string | null
  finished_at: string | null
  result: string | { output: string } | null
}

/**
 * Answers `GET /operations/{id}`.
 *
 * @throws {ApiError} COMPUTE_ERROR for an unknown id or status, INTERNAL_SERVER_ERROR for an output that is not text
 * @example (await getOperation(context, id)).status // 'succeeded'
 */
export async function getOperation(context: ServerContext, id: string): Promise<OperationStatus> {
  const prediction = await read(context, id)
  const text = textOf(prediction)
  const final = finalStatuses.has(prediction.status)
  const answer = final ? context.jsonAnswers.finish(id, text) : text
  return {
    kind: 'OperationStatus',
    id: prediction.id,
    status: prediction.status,
    started_at: prediction.startedAt,
    finished_at: prediction.finishedAt,
    result: answer !== null && context.profile.wrapsResult ? { output: answer } : answer,
  }
}

/**
 * Answers `POST /operations/{id}/cancel`. It succeeds if the provider then reports `canceled`, also a second time.
 *
 * @throws {ApiError} INTERNAL_SERVER_ERROR otherwise: in the original a catch-all hides the intended 404
 */
export async function cancelOperation(context: ServerContext, id: string): Promise<void> {
  const prediction = await context.provider.cancel(id, context.signal).catch((cause: unknown) => {
    context.signal.throwIfAborted()
    throw internalError(cause)
  })
  if (prediction.status !== 'canceled') throw internalError()
}

async function read(context: ServerContext, id: string): Promise<Prediction> {
  try {
    const prediction = await context.provider.get(id, context.signal)
    if (knownStatuses.has(prediction.status)) return prediction
    throw new Error(`'${prediction.status}' is not a valid status`)
  } catch (cause) {
    context.signal.throwIfAborted()
    const reason = `Failed to get operation: Failed to get prediction: ${messageOf(cause)}`
    throw new ApiError('COMPUTE_ERROR', reason, { cause })
  }
}

/** The output as one text; null for an empty one and for a failed prediction. */
function textOf({ status, output }: Prediction): string | null {
  if (status === 'failed' || output === null || output === undefined || output === '') return null
  if (typeof output === 'string') return output
  if (!Array.isArray(output)) throw internalError()
  return output.map(String).join('') || null
}
