/** Codes that the server's application errors carry. */
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

/**
 * An answer of the API other than success. Not a {@link LoadTestError}: it is what the server says to its client, not
 * a failure of this program.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: ApiErrorCode
  /** The request field at fault, or null. */
  readonly field: string | null
  readonly headers: Record<string, string>

  constructor(
    code: ApiErrorCode,
    message: string,
    options: { field?: string; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.status = statusOf[code]
    this.field = options.field ?? null
    this.headers = options.headers ?? {}
  }

  /** The JSON body: the original nests its error under `detail`, and leaves two keys out when it limits the rate. */
  get body(): unknown {
    if (this.code === 'RATE_LIMIT_ERROR') return { detail: { detail: this.message, error_code: this.code } }
    return { detail: { kind: 'Error', detail: this.message, error_code: this.code, field: this.field } }
  }
}

/** What the original answers when it has nothing better to say. */
export const internalError = (cause?: unknown): ApiError =>
  new ApiError('INTERNAL_SERVER_ERROR', 'Internal server error', { cause })

/** The text of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
