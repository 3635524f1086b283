import { ApiError, internalError } from './errors.ts'
import { isJsonObject } from './json-value.ts'

/** A permission id above zero. Only an integer has a `value`: the original reads any other number as an unknown id. */
export type PermissionId = { text: string; value: bigint | undefined }

/**
 * Reads `operation_request_json`: an object with `permission_id` and nothing else.
 *
 * @throws {ApiError} VALIDATION_ERROR_OPERATION_REQUEST_JSON; VALIDATION_ERROR_PERMISSION_ID for an id that is not above
 * zero; INTERNAL_SERVER_ERROR for one that is no number
 * @example parseOperationRequest('{"permission_id":7}') // { text: '7', value: 7n }
 */
export function parseOperationRequest(json: string): PermissionId {
  const id = permissionIdOf(json)
  if (typeof id !== 'number' && typeof id !== 'boolean') throw internalError()
  if (Number(id) <= 0) {
    throw new ApiError('VALIDATION_ERROR_PERMISSION_ID', 'Valid permission ID is required', {
      field: 'permission_id',
    })
  }
  // JavaScript does not tell 1.0 from 1, so the digits come from the text: after the last colon, as the id is a number.
  const text = json.slice(json.lastIndexOf(':') + 1, json.lastIndexOf('}')).trim()
  return { text, value: /^\d{1,78}$/.test(text) ? BigInt(text) : undefined }
}

function permissionIdOf(json: string): unknown {
  try {
    const request: unknown = JSON.parse(json)
    if (!isJsonObject(request) || Object.keys(request).join() !== 'permission_id') {
      throw new Error('not an object with the one key permission_id')
    }
    return request.permission_id
  } catch (cause) {
    throw new ApiError(
      'VALIDATION_ERROR_OPERATION_REQUEST_JSON',
      'Invalid JSON format in operation request',
      { field: 'operation_request_json', cause },
    )
  }
}
