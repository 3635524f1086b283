import { ServiceError } from '../emulator/service-error.ts'

export function required(message: string): ServiceError {
  return new ServiceError({ status: 400, reason: 'required', code: 'InvalidArgument', message })
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

export function noSuchUpload(): ServiceError {
  const message = 'The requested upload was not found.'
  return new ServiceError({ status: 404, reason: 'notFound', code: 'NoSuchUpload', message })
}

export function bucketExists(): ServiceError {
  const message = 'Your previous request to create the named bucket succeeded and you already own it.'
  return new ServiceError({ status: 409, reason: 'conflict', code: 'BucketAlreadyOwnedByYou', message })
}

/** @param header the HTTP header that the failed condition corresponds to, which the JSON API names */
export function preconditionFailed(header: 'If-Match' | 'If-None-Match' = 'If-Match'): ServiceError {
  return new ServiceError({
    status: 412,
    reason: 'conditionNotMet',
    code: 'PreconditionFailed',
    message: 'At least one of the pre-conditions you specified did not hold.',
    location: { type: 'header', name: header },
  })
}

/** Tells a reader that it already has the current version. */
export function notModified(): ServiceError {
  return new ServiceError({ status: 304, reason: 'notModified', message: 'Not Modified' })
}

/** Refuses an object URL without the credentials that it needs. */
export function anonymousDenied(permission: string): ServiceError {
  const message = anonymousMessage(permission, 'object')
  const denied = { status: 403, reason: 'forbidden', code: 'AccessDenied' }
  return new ServiceError({ ...denied, message, xmlMessage: 'Access denied.' })
}

const unauthorized = {
  status: 401,
  code: 'AuthenticationRequired',
  location: { type: 'header', name: 'Authorization' },
  headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' },
} as const

/** Refuses a request of the JSON API without the credentials that it needs. */
export function loginRequired(permission: string): ServiceError {
  const resource = permission.startsWith('storage.buckets.') ? 'bucket' : 'object'
  const message = anonymousMessage(permission, resource)
  return new ServiceError({ ...unauthorized, reason: 'required', message })
}

/** Refuses a token that was never issued, or has expired. */
export function invalidCredentials(): ServiceError {
  const message = 'Invalid Credentials'
  return new ServiceError({
    ...unauthorized,
    reason: 'authError',
    message,
    xmlMessage: 'Authentication required.',
  })
}

function anonymousMessage(permission: string, resource: 'bucket' | 'object'): string {
  return (
    `Anonymous caller does not have ${permission} access to the Google Cloud Storage ${resource}. ` +
    `Permission '${permission}' denied on resource (or it may not exist).`
  )
}
