import { type ErrorCode, errorCatalog } from './catalog.ts'

/** Options of a {@link LoadTestError}. */
export type LoadTestErrorOptions = {
  /** The cause of this error. */
  cause?: unknown
  /** What to do next. @default the hint of the code in the catalog */
  hint?: string | undefined
  /** Machine-readable facts: HTTP status, revert name, address, ... Never a secret. */
  details?: Record<string, unknown> | undefined
}

/**
 * The one error class of this program.
 *
 * The catalog lists every `code`, whether a retry can help, and a hint.
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
