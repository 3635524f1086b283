/** Codes that the server's application errors have. */
export type ApiErrorCode =
  | 'VALIDATION_ERROR'
  | 'VALIDATION_ERROR_OPERATION_REQUEST_JSON'
  | 'VALIDATION_ERROR_PERMISSION_ID'
  | 'VALIDATION_ERROR_USER_ADDRESS'
  | 'GRANT_VALIDATION_ERROR'
  | 'AUTHENTICATION_ERROR'
  | 'NOT_FOUND_ERROR'
  | 'RATE_LIMIT_ERROR'
  | 'FILE_ACCESS_ERROR'
  | 'DECRYPTION_ERROR'
  | 'COMPUTE_ERROR'
  | 'OPERATION_ERROR'
  | 'INTERNAL_SERVER_ERROR'

const statusOf: Record<ApiErrorCode, number> = {
  VALIDATION_ERROR: 400,
  VALIDATION_ERROR_OPERATION_REQUEST_JSON: 400,
  VALIDATION_ERROR_PERMISSION_ID: 400,
  VALIDATION_ERROR_USER_ADDRESS: 400,
  GRANT_VALIDATION_ERROR: 400,
  AUTHENTICATION_ERROR: 401,
  NOT_FOUND_ERROR: 404,
  RATE_LIMIT_ERROR: 429,
  FILE_ACCESS_ERROR: 500,
  DECRYPTION_ERROR: 500,
  COMPUTE_ERROR: 500,
  OPERATION_ERROR: 500,
  INTERNAL_SERVER_ERROR: 500,
}

/** Any answer of the API other than success. An answer to the client, not a failure of this program. */
export abstract class Refusal extends Error {
  abstract readonly status: number
  /** Name under which the statistics count it. */
  abstract readonly code: string
  abstract readonly body: object
  readonly headers: Record<string, string> = {}
}

/** An application error: the original nests it under `detail`. */
export class ApiError extends Refusal {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: ApiErrorCode
  readonly body: object

  /** @param options `field`: the request field at fault */
  constructor(code: ApiErrorCode, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.status = statusOf[code]
    this.body = {
      detail: { kind: 'Error', detail: message, error_code: code, field: options.field ?? null },
    }
  }
}

/** The answer to too many requests, in a shape of its own. */
export class RateLimitError extends Refusal {
  override readonly name = 'RateLimitError'
  readonly status = 429
  readonly code = 'RATE_LIMIT_ERROR'
  readonly body: object
  override readonly headers: Record<string, string>

  constructor(message: string, headers: Record<string, string>) {
    super(message)
    this.body = { detail: { detail: message, error_code: this.code } }
    this.headers = headers
  }
}

/** The answer of the operations routes while the server is set to a chain that it does not know. */
export class UnsupportedChain extends Refusal {
  override readonly name = 'UnsupportedChain'
  readonly status = 500
  readonly code = 'HTTP_500'
  readonly body: object

  constructor(chainId: number) {
    super(`Unsupported chain ID: ${chainId}`)
    // The original leaks a traceback here. This one shows nothing of the program.
    const traceback = `Traceback (most recent call last):\nValueError: ${this.message}\n`
    this.body = { detail: 'Internal server error', traceback }
  }
}

/** The answer to a failure that has no better name. */
export const internalError = (cause?: unknown): ApiError =>
  new ApiError('INTERNAL_SERVER_ERROR', 'Internal server error', { cause })

/** The text of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
