import type { OutgoingHttpHeaders } from 'node:http'

/** The parts of an error answer. Each emulator writes them in its own service's shape. */
export type ErrorAnswer = {
  status: number
  /** The machine-readable reason, e.g. `notFound`. */
  reason: string
  message: string
  headers?: OutgoingHttpHeaders | undefined
  /** The part of the request at fault, as Google's JSON APIs name it. */
  location?: { type: 'header' | 'parameter'; name: string } | undefined
  /** The `Code` element of an XML answer, e.g. `NoSuchKey`. */
  code?: string | undefined
  /** The `Message` element of an XML answer, where it differs; `message` then becomes `Details`. */
  xmlMessage?: string | undefined
  /** More elements of an XML answer, e.g. `ParameterName`. */
  elements?: Record<string, string> | undefined
  /** The plain text that a failed media download returns, where it differs from `message`. */
  mediaMessage?: string | undefined
}

/** An error answer. Handlers throw it; the emulator's `sendError` writes it. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly status: number
  readonly answer: Readonly<ErrorAnswer>

  constructor(answer: ErrorAnswer) {
    super(answer.message)
    this.status = answer.status
    this.answer = answer
  }
}

export function invalid(message: string, code = 'InvalidArgument'): ServiceError {
  return new ServiceError({ status: 400, reason: 'invalid', code, message, xmlMessage: 'Invalid argument.' })
}

export function parseError(): ServiceError {
  return new ServiceError({
    status: 400,
    reason: 'parseError',
    code: 'InvalidRequest',
    message: 'Parse Error',
  })
}

export function tooLarge(limitBytes: number): ServiceError {
  return new ServiceError({
    status: 413,
    reason: 'uploadTooLarge',
    code: 'EntityTooLarge',
    message: `The request body is larger than the limit of ${limitBytes} bytes.`,
    xmlMessage: 'Your proposed upload exceeds the maximum allowed object size.',
  })
}

export function rangeNotSatisfiable(range: string, size: number): ServiceError {
  return new ServiceError({
    status: 416,
    reason: 'requestedRangeNotSatisfiable',
    code: 'InvalidRange',
    message: range,
    xmlMessage: 'The requested range cannot be satisfied.',
    mediaMessage: 'Request range not satisfiable',
    headers: { 'content-range': `bytes */${size}` },
  })
}

/** An operation of the real service that the emulator does not have. */
export function notImplemented(what: string): ServiceError {
  const message = `${what} is not supported by this emulator.`
  return new ServiceError({ status: 501, reason: 'notImplemented', code: 'NotImplemented', message })
}

/** A fault of the emulator itself; the answer does not name the cause. */
export function backendError(): ServiceError {
  const message = 'We encountered an internal error. Please try again.'
  return new ServiceError({ status: 500, reason: 'backendError', code: 'InternalError', message })
}
