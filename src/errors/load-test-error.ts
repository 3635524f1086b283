import { type ErrorCode, errorCatalog } from './catalog.ts'

/** What a {@link LoadTestError} may carry besides its code and message. */
export type LoadTestErrorOptions = {
  /** The error that led to this one. */
  cause?: unknown
  /** What the reader can do next. @default the hint of the code in the catalogue */
  hint?: string | undefined
  /** Machine-readable facts: HTTP status, revert name, address, ... Never a secret. */
  details?: Record<string, unknown>
}

/**
 * The one error class of this program.
 *
 * Its `code` is stable and listed in the catalogue with whether a retry can help and a hint for the reader.
 *
 * @example throw new LoadTestError('CHAIN_WRONG_ID', 'The endpoint serves chain 1, not 14800.')
 */
export class LoadTestError extends Error {
  override readonly name = 'LoadTestError'
  readonly code: ErrorCode
  readonly hint: string
  readonly retriable: boolean
  readonly details: Record<string, unknown>

  constructor(code: ErrorCode, message: string, options: LoadTestErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.hint = options.hint ?? errorCatalog[code].hint
    this.retriable = errorCatalog[code].retriable
    this.details = options.details ?? {}
  }
}
