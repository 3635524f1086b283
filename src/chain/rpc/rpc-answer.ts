import { z } from 'zod'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { toChainError } from './rpc-error.ts'

/** The answer to one call of a batch. */
export type RpcOutcome = { ok: true; result: unknown } | { ok: false; error: LoadTestError }

/** What to do about an endpoint that does not answer as nodes do. */
export const notANode = 'Check that the URL is that of an Ethereum JSON-RPC endpoint, or use another one.'

const errorBody = z.object({ code: z.number(), message: z.string().catch(''), data: z.unknown().optional() })
const answerBody = z.looseObject({ error: errorBody.nullish() })

/** Whether a document is an answer by the form of it, or several. */
export const isRpcAnswer = (answer: unknown): boolean => {
  if (Array.isArray(answer)) return true
  const parsed = answerBody.safeParse(answer)
  return parsed.success && (Boolean(parsed.data.error) || 'result' in parsed.data)
}

/**
 * Finds the answer to each of some calls; `undefined` for a call that none has the id of.
 *
 * A batch may be answered in any order, and refused as a whole with a single error.
 */
export function inOrder(answer: unknown, firstId: number, count: number): unknown[] {
  if (!Array.isArray(answer)) {
    const id = idOf(answer)
    // Gateways refuse without looking at the id; a result under another one belongs to another call.
    const isResult = typeof answer === 'object' && answer !== null && 'result' in answer
    const isAnother = isResult && id !== undefined && id !== String(firstId)
    return Array.from({ length: count }, () => (isAnother ? undefined : answer))
  }
  const byId = new Map(answer.map((one) => [idOf(one), one]))
  return Array.from({ length: count }, (_, i) => byId.get(String(firstId + i)))
}

/** Some gateways turn a number into text. */
function idOf(answer: unknown): string | undefined {
  const id = (answer as { id?: unknown } | null | undefined)?.id
  return id === null || id === undefined ? undefined : String(id)
}

/**
 * Reads the answer to one call; `undefined` if there is none.
 *
 * @param status HTTP status of the whole answer: an error that says nothing else is the gateway's under a 5xx
 */
export function toOutcome(answer: unknown, method: string, status = 200): RpcOutcome {
  const parsed = answerBody.safeParse(answer)
  if (parsed.success && parsed.data.error)
    return { ok: false, error: toChainError(parsed.data.error, method, status) }
  // A result may be null; its absence is what matters.
  if (parsed.success && 'result' in parsed.data) return { ok: true, result: parsed.data.result }
  const what =
    answer === undefined ? 'there is no answer with the id of the call' : 'the answer is not JSON-RPC'
  const error = new LoadTestError('CHAIN_RPC_ERROR', `${method}: ${what}.`, {
    hint: notANode,
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
