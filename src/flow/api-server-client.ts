import type { Dispatcher } from 'undici'
import { type Hex, isHex } from 'viem'
import { z } from 'zod'
import { describeRevert } from '../chain/transactions/revert.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { requestJson } from '../http/request-json.ts'
import type { SignedPermission } from '../vana/user-crypto.ts'
import type { OperationState } from './flow-services.ts'

const relayedStates = ['pending', 'mined', 'reverted', 'dropped'] as const

/** State of a relayed transaction: `mined` succeeded, `reverted` did not. */
export type RelayedState = (typeof relayedStates)[number]

/** Client of the API server for flows. */
export type ApiServerClient = {
  /** Submits a user's signature through the relayer; returns the transaction's hash. Must not be repeated blindly. */
  relay(signed: SignedPermission, user: Hex, signal: AbortSignal): Promise<Hex>
  /** Returns the state of a relayed transaction and its current hash. */
  relayed(hash: Hex, signal: AbortSignal): Promise<{ hash: Hex; state: RelayedState }>
  /**
   * Requests inference under a permission, as the app. A failure after which no operation can have begun has
   * `details.nothingBegun`.
   */
  requestInference(permissionId: string, signal: AbortSignal): Promise<{ operationId: string }>
  /** Returns the state of an operation. */
  pollInference(operationId: string, signal: AbortSignal): Promise<OperationState>
}

const hash = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/i.test(value))
const relaySchema = z.object({ type: z.literal('signed'), hash })
const relayedSchema = z.object({
  success: z.literal(true),
  data: z.object({ hash, state: z.enum(relayedStates) }),
})
const refusalSchema = z.object({
  details: z.object({
    body: z.object({
      revert: z.object({
        name: z.string(),
        args: z.array(z.union([z.string(), z.boolean()])),
        signature: z.string().nullable(),
        data: z.custom<Hex>((value) => isHex(value)),
      }),
    }),
  }),
})
const capSchema = z.object({
  details: z.object({ body: z.object({ code: z.literal('SPENDING_CAP'), error: z.string() }) }),
})
const failureSchema = z.object({
  error: z.object({ code: z.string(), unsent: z.boolean().optional() }),
})
const operationSchema = z.object({ success: z.literal(true), data: z.object({ id: z.string().min(1) }) })
const stateSchema = z.object({
  success: z.literal(true),
  data: z.object({ id: z.string(), status: z.string(), result: z.unknown() }),
})

/** One request, and the schema of its response. */
type ApiRequest<T> = {
  /** @default 'POST' */
  method?: 'GET' | undefined
  path: string
  body?: unknown
  schema: z.ZodType<T>
  signal: AbortSignal
  /** @default that of the client */
  timeoutMs?: number | undefined
}

/**
 * Makes a client of the API server.
 *
 * Every function rejects with LoadTestError SERVER_UNREACHABLE, SERVER_RATE_LIMITED, SERVER_REFUSED, SERVER_FAILED or
 * SERVER_PROTOCOL, or with the signal's reason; `relay` also with TX_REVERTED if the contract rejects the call.
 *
 * @param options.timeoutMs timeout of one request
 * @param options.inferenceTimeoutMs timeout of a request for inference, which a serial personal server answers only after all
 * earlier ones. @default timeoutMs
 * @param options.token bearer token, if the server requires one; secret
 */
export function createApiServerClient(
  dispatcher: Dispatcher,
  baseUrl: string,
  options: { timeoutMs: number; inferenceTimeoutMs?: number | undefined; token?: string | undefined },
): ApiServerClient {
  const { timeoutMs, inferenceTimeoutMs = timeoutMs, token } = options
  const headers = token ? { authorization: `Bearer ${token}` } : {}
  const ask = async <T>(request: ApiRequest<T>): Promise<T> => {
    const { method = 'POST', path, body, schema, signal, timeoutMs: limitMs = timeoutMs } = request
    const answer = await requestJson(dispatcher, {
      method,
      url: baseUrl + path,
      body,
      headers,
      signal,
      timeoutMs: limitMs,
      service: 'API server',
    })
    const { data } = schema.safeParse(answer)
    if (data) return data
    throw new LoadTestError(
      'SERVER_PROTOCOL',
      `The API server's response to ${path} does not have the expected form.`,
    )
  }
  return {
    async relay(signed, user, signal) {
      const { typedData, signature } = signed
      const body = {
        type: 'signed',
        operation: 'submitAddServerFilesAndPermissions',
        typedData: withDecimalStrings(typedData),
        signature,
        expectedUserAddress: user,
      }
      try {
        return (await ask({ path: '/api/relay', body, schema: relaySchema, signal })).hash
      } catch (error) {
        throw revertedInSimulation(error) ?? capReached(error) ?? error
      }
    },
    async relayed(hash, signal) {
      const path = `/api/relay/${hash}`
      return (await ask({ method: 'GET', path, schema: relayedSchema, signal })).data
    },
    async requestInference(permissionId, signal) {
      try {
        const { data } = await ask({
          path: '/api/trusted-server',
          body: { permissionId },
          schema: operationSchema,
          signal,
          timeoutMs: Math.max(timeoutMs, inferenceTimeoutMs),
        })
        return { operationId: data.id }
      } catch (error) {
        throw nothingBegun(error) ?? error
      }
    },
    async pollInference(operationId, signal) {
      const path = '/api/trusted-server/poll'
      const { data } = await ask({ path, body: { operationId }, schema: stateSchema, signal })
      return data
    },
  }
}

/** Converts the revert that the relay saw in its simulation, before it sent anything, into the error of a user's own revert. */
function revertedInSimulation(error: unknown): LoadTestError | undefined {
  const { data } = refusalSchema.safeParse(error)
  if (data === undefined) return undefined
  const { revert } = data.details.body
  return new LoadTestError('TX_REVERTED', `API server: the contract refused: ${describeRevert(revert)}`, {
    cause: error,
    details: { revert },
  })
}

/** Converts the relayer's spending limit into the error of a run's own cap. */
function capReached(error: unknown): LoadTestError | undefined {
  const { data } = capSchema.safeParse(error)
  if (data === undefined) return undefined
  return new LoadTestError('SPENDING_CAP', `API server: ${data.details.body.error}`, { cause: error })
}

/**
 * Codes with which the API server or the personal server behind it fails before it creates an operation: data or grant could
 * not be fetched, a permission is unknown (perhaps only to a lagging node), or the chain could not be read.
 */
const beforeOperation = new Set(['FILE_ACCESS_ERROR', 'NOT_FOUND_ERROR', 'CHAIN_FAILED', 'SHUTTING_DOWN'])

/** Marks the failure if no operation can have begun. */
function nothingBegun(error: unknown): LoadTestError | undefined {
  if (!(error instanceof LoadTestError)) return undefined
  const { code, message, hint, details, cause } = error
  const failure = failureSchema.safeParse(details.body).data?.error
  const isUnsent = details.unsent === true || failure?.unsent === true
  if (!isUnsent && !(failure !== undefined && beforeOperation.has(failure.code))) return undefined
  return new LoadTestError(code, message, { hint, cause, details: { ...details, nothingBegun: true } })
}

/** Encodes bigints as decimal strings, since JSON has none. */
function withDecimalStrings(typedData: SignedPermission['typedData']): unknown {
  const { message } = typedData
  return {
    ...typedData,
    message: {
      ...message,
      nonce: String(message.nonce),
      granteeId: String(message.granteeId),
      schemaIds: message.schemaIds.map(String),
    },
  }
}
