import { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'
import { toChainError } from './rpc-error.ts'

/** The answer to one call of a batch. */
export type RpcOutcome = { ok: true; result: unknown } | { ok: false; error: LoadTestError }

const errorBody = z.object({ code: z.number(), message: z.string().catch(''), data: z.unknown().optional() })
const answerBody = z.looseObject({ error: errorBody.nullish() })

/** A batch may be answered in any order, and refused as a whole with a single error. */
export function inOrder(answer: unknown, firstId: number, count: number): unknown[] {
  if (!Array.isArray(answer)) return Array.from({ length: count }, () => answer)
  const byId = new Map<unknown, unknown>(answer.map((one) => [(one as { id?: unknown } | null)?.id, one]))
  return Array.from({ length: count }, (_, i) => byId.get(firstId + i))
}

/** Reads the answer to one call. */
export function toOutcome(answer: unknown, method: string): RpcOutcome {
  const parsed = answerBody.safeParse(answer)
  if (parsed.success && parsed.data.error)
    return { ok: false, error: toChainError(parsed.data.error, method) }
  // A result may be null; its absence is what matters.
  if (parsed.success && 'result' in parsed.data) return { ok: true, result: parsed.data.result }
  const error = new LoadTestError('CHAIN_RPC_ERROR', `${method}: the answer is not JSON-RPC.`, {
    details: { method },
  })
  return { ok: false, error }
}

/** The result of an outcome. @throws its error */
export function unwrap(outcome: RpcOutcome | undefined): unknown {
  if (outcome?.ok === true) return outcome.result
  throw outcome?.error ?? new LoadTestError('CHAIN_RPC_ERROR', 'The node left a call of a batch unanswered.')
}

/** The outcome's error if it means "asked too often"; a full transaction pool is a matter of the transaction. */
export function askedTooOften(outcome: RpcOutcome): LoadTestError | undefined {
  if (outcome.ok || outcome.error.code !== 'CHAIN_RATE_LIMITED') return undefined
  return outcome.error.details.reason === undefined ? outcome.error : undefined
}
