import type { OutgoingHttpHeaders } from 'node:http'

/**
 * How a path words its errors: Google's JSON, its XML, or for media bare text. Uploads answer JSON, but what the front end
 * refuses before it has looked at the media is labelled as HTML.
 */
export type ErrorShape = 'json' | 'xml' | 'media' | 'upload'

/** What makes up an error answer of the service. */
type ServiceErrorFields = {
  status: number
  /** The `reason` of the JSON API, e.g. `notFound`. */
  reason: string
  /** The `Code` of the XML API, e.g. `NoSuchKey`. */
  code: string
  message: string
  /** The `Message` of the XML API, where it differs: there it is general, and `message` goes to `Details`. */
  xmlMessage?: string
  /** Further elements of the XML answer, e.g. `ParameterName`. */
  elements?: Record<string, string>
  /** What of the request is at fault, as the JSON API says it. */
  location?: { type: 'header' | 'parameter'; name: string }
  /** The bare text that media of the JSON API answer, where it differs from `message`. */
  mediaMessage?: string
  /** Whether the front end of uploads refuses this, see {@link ErrorShape}. */
  byFrontEnd?: boolean
  /** Answers the bare message, whatever the path. */
  isBare?: boolean
  headers?: OutgoingHttpHeaders
}

/** An answer other than success. Thrown by whatever decides, written by `sendError`. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly status: number
  readonly fields: Readonly<ServiceErrorFields>

  constructor(fields: ServiceErrorFields) {
    super(fields.message)
    this.status = fields.status
    this.fields = fields
  }
}

export function invalid(message: string, code = 'InvalidArgument'): ServiceError {
  return new ServiceError({ status: 400, reason: 'invalid', code, message, xmlMessage: 'Invalid argument.' })
}

export function required(message: string): ServiceError {
  return new ServiceError({ status: 400, reason: 'required', code: 'InvalidArgument', message })
}

export function requiredParameter(name: string): ServiceError {
  const { fields } = required(`Required parameter: ${name}`)
  return new ServiceError({ ...fields, location: { type: 'parameter', name } })
}

export function invalidParameter(name: string, message: string): ServiceError {
  const { fields } = invalid(message)
  return new ServiceError({
    ...fields,
    reason: 'invalidParameter',
    location: { type: 'parameter', name },
  })
}

/** A name that no object can have. */
export function invalidObjectName(message: string, code: string): ServiceError {
  return new ServiceError({ ...invalid(message, code).fields, byFrontEnd: true })
}

export function parseError(): ServiceError {
  return new ServiceError({
    status: 400,
    reason: 'parseError',
    code: 'InvalidRequest',
    message: 'Parse Error',
    byFrontEnd: true,
  })
}

export function noSuchBucket(): ServiceError {
  const message = 'The specified bucket does not exist.'
  return new ServiceError({ status: 404, reason: 'notFound', code: 'NoSuchBucket', message })
}

export function noSuchObject(bucket: string, name: string): ServiceError {
  return new ServiceError({
    status: 404,
    reason: 'notFound',
    code: 'NoSuchKey',
    message: `No such object: ${bucket}/${name}`,
    xmlMessage: 'The specified key does not exist.',
  })
}

export function noSuchPath(): ServiceError {
  return new ServiceError({ status: 404, reason: 'notFound', code: 'InvalidURI', message: 'Not Found' })
}

export function noSuchUpload(): ServiceError {
  const message = 'The requested upload was not found.'
  return new ServiceError({ status: 404, reason: 'notFound', code: 'NoSuchUpload', message })
}

/** An upload that was there and is too old. */
export function uploadExpired(): ServiceError {
  const message = 'The upload session has expired; start a new one.'
  return new ServiceError({ status: 410, reason: 'gone', code: 'NoSuchUpload', message })
}

export function methodNotAllowed(): ServiceError {
  return new ServiceError({
    status: 405,
    reason: 'methodNotAllowed',
    code: 'MethodNotAllowed',
    message: 'The specified method is not allowed against this resource.',
  })
}

export function conflict(message: string, code: string): ServiceError {
  return new ServiceError({ status: 409, reason: 'conflict', code, message })
}

/** @param header the header of HTTP that the condition corresponds to, which the JSON API names */
export function preconditionFailed(header: 'If-Match' | 'If-None-Match' = 'If-Match'): ServiceError {
  return new ServiceError({
    status: 412,
    reason: 'conditionNotMet',
    code: 'PreconditionFailed',
    message: 'At least one of the pre-conditions you specified did not hold.',
    location: { type: 'header', name: header },
  })
}

/** Not an error to the caller: what it holds already is still the latest. */
export function notModified(): ServiceError {
  return new ServiceError({
    status: 304,
    reason: 'notModified',
    code: 'NotModified',
    message: 'Not Modified',
  })
}

export function anonymousDenied(permission: string): ServiceError {
  return new ServiceError({
    status: 403,
    reason: 'forbidden',
    code: 'AccessDenied',
    message:
      `Anonymous caller does not have ${permission} access to the Google Cloud Storage object. ` +
      `Permission '${permission}' denied on resource (or it may not exist).`,
    xmlMessage: 'Access denied.',
  })
}

const authorizationHeader = { type: 'header', name: 'Authorization' } as const
const challenge = { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' }

/** A request of the JSON API without credentials, where some are needed. */
export function loginRequired(permission: string): ServiceError {
  const resource = permission.startsWith('storage.buckets.') ? 'bucket' : 'object'
  return new ServiceError({
    status: 401,
    reason: 'required',
    code: 'AuthenticationRequired',
    message:
      `Anonymous caller does not have ${permission} access to the Google Cloud Storage ${resource}. ` +
      `Permission '${permission}' denied on resource (or it may not exist).`,
    location: authorizationHeader,
    headers: challenge,
  })
}

/** A token that nobody issued, or that has run out. */
export function invalidCredentials(): ServiceError {
  return new ServiceError({
    status: 401,
    reason: 'authError',
    code: 'AuthenticationRequired',
    message: 'Invalid Credentials',
    xmlMessage: 'Authentication required.',
    location: authorizationHeader,
    headers: challenge,
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

export function notImplemented(message: string): ServiceError {
  return new ServiceError({ status: 501, reason: 'notImplemented', code: 'NotImplemented', message })
}

/** A fault of the emulator itself; says nothing of its cause to the caller. */
export function backendError(): ServiceError {
  const message = 'We encountered an internal error. Please try again.'
  return new ServiceError({ status: 500, reason: 'backendError', code: 'InternalError', message })
}
