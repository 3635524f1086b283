import type { ErrorCode } from '../errors/catalog.ts'
import { LoadTestError } from '../errors/load-test-error.ts'

/** Every error code of the API server's own, with its HTTP status and whether the same request may succeed later. */
export const apiErrorCatalog = {
  BAD_REQUEST: { status: 400, retriable: false },
  DOMAIN_MISMATCH: { status: 400, retriable: false },
  TYPES_MISMATCH: { status: 400, retriable: false },
  SIGNATURE_INVALID: { status: 400, retriable: false },
  UNAUTHORIZED: { status: 401, retriable: false },
  SPENDING_CAP: { status: 402, retriable: false },
  SIGNER_MISMATCH: { status: 403, retriable: false },
  OPERATION_NOT_ALLOWED: { status: 403, retriable: false },
  GRANTEE_NOT_ALLOWED: { status: 403, retriable: false },
  HOST_NOT_ALLOWED: { status: 403, retriable: false },
  NOT_FOUND: { status: 404, retriable: false },
  METHOD_NOT_ALLOWED: { status: 405, retriable: false },
  NONCE_MISMATCH: { status: 409, retriable: false },
  REQUEST_IN_FLIGHT: { status: 409, retriable: true },
  BODY_TOO_LARGE: { status: 413, retriable: false },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retriable: false },
  REVERTED: { status: 422, retriable: false },
  GAS_TOO_HIGH: { status: 422, retriable: false },
  RATE_LIMITED: { status: 429, retriable: true },
  GAS_BUDGET_SPENT: { status: 429, retriable: true },
  REVERT_BUDGET_SPENT: { status: 429, retriable: true },
  INTERNAL: { status: 500, retriable: false },
  CHAIN_FAILED: { status: 502, retriable: true },
  PERSONAL_SERVER_UNREACHABLE: { status: 502, retriable: true },
  PERSONAL_SERVER_PROTOCOL: { status: 502, retriable: false },
  RELAY_DISABLED: { status: 503, retriable: false },
  RELAY_BUSY: { status: 503, retriable: true },
  RELAYER_OUT_OF_FUNDS: { status: 503, retriable: false },
  SHUTTING_DOWN: { status: 503, retriable: true },
  PERSONAL_SERVER_TIMEOUT: { status: 504, retriable: true },
} as const satisfies Record<string, { status: number; retriable: boolean }>

/** A stable error code of the API server. */
export type ApiErrorCode = keyof typeof apiErrorCatalog

/** What an {@link ApiError} may have besides code and text. */
export type ApiErrorOptions = {
  cause?: unknown | undefined
  /** Seconds for the Retry-After header, as text: passed on as another server gave it. */
  retryAfter?: string | undefined
  /** Facts that go into the answer, e.g. the decoded revert. */
  details?: Record<string, unknown> | undefined
}

/**
 * An error that is an answer: what the API server says to a client that asked for something it will not or cannot do.
 *
 * @example throw new ApiError('SIGNER_MISMATCH', 'The signature is not by the expected user.')
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly status: number
  readonly retriable: boolean
  readonly retryAfter: string | undefined
  readonly details: Record<string, unknown>

  constructor(
    code: ApiErrorCode | { code: string; status: number; retriable: boolean },
    message: string,
    options: ApiErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    const entry = typeof code === 'string' ? apiErrorCatalog[code] : code
    this.code = typeof code === 'string' ? code : code.code
    this.status = entry.status
    this.retriable = entry.retriable
    this.retryAfter = options.retryAfter
    this.details = options.details ?? {}
  }
}

const chainCodes: Partial<Record<ErrorCode, ApiErrorCode>> = {
  TX_REVERTED: 'REVERTED',
  LANE_BUSY: 'RELAY_BUSY',
  CHAIN_INSUFFICIENT_FUNDS: 'RELAYER_OUT_OF_FUNDS',
  CHAIN_UNREACHABLE: 'CHAIN_FAILED',
  CHAIN_RPC_ERROR: 'CHAIN_FAILED',
  CHAIN_RATE_LIMITED: 'CHAIN_FAILED',
  CHAIN_NONCE: 'CHAIN_FAILED',
  CHAIN_UNDERPRICED: 'CHAIN_FAILED',
  CHAIN_WRONG_ID: 'CHAIN_FAILED',
  SPENDING_CAP: 'SPENDING_CAP',
}

/**
 * Turns whatever was thrown into an answer. Only errors made to be read by others keep their text: of an unexpected one
 * neither text nor stack leaves the process.
 *
 * @example reply.code(toApiError(error).status)
 */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof LoadTestError) {
    const code = chainCodes[error.code]
    if (code !== undefined)
      return new ApiError(code, error.message, { cause: error, details: publicDetails(error) })
  }
  const { statusCode, code } = (error ?? {}) as { statusCode?: unknown; code?: unknown }
  if (statusCode === 413) return new ApiError('BODY_TOO_LARGE', 'The body is too large.')
  if (statusCode === 415) return new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Send application/json.')
  if (statusCode === 400 && typeof code === 'string') {
    return new ApiError('BAD_REQUEST', 'The body is not valid JSON.')
  }
  if (statusCode === 503) return new ApiError('SHUTTING_DOWN', 'The server is stopping.')
  return new ApiError('INTERNAL', 'An unexpected error; the log of the server says more.', { cause: error })
}

/** The part of a chain error that helps the client: why the contract refused, and which transaction may still be mined. */
function publicDetails({ code, details }: LoadTestError): Record<string, unknown> {
  const { revert, hash, mayBeSent } = details
  return {
    chainCode: code,
    revert,
    hash: mayBeSent === true ? hash : undefined,
    mayBeSent: mayBeSent === true ? mayBeSent : undefined,
  }
}
