import { ApiError, internalError } from './errors.ts'
import { parsePythonJson } from './python-json.ts'
import type { PythonValue } from './python-value.ts'

/** A permission id as a request may give it: Python lets floats and `true` pass for numbers. */
export type PermissionId = bigint | number | true

/**
 * Reads `operation_request_json`: an object with `permission_id` and nothing else, which must be above zero.
 *
 * @throws {ApiError} VALIDATION_ERROR_OPERATION_REQUEST_JSON, VALIDATION_ERROR_PERMISSION_ID, or INTERNAL_SERVER_ERROR
 * for what Python cannot compare with a number
 * @example parseOperationRequest('{"permission_id":7}') // 7n
 */
export function parseOperationRequest(text: string): PermissionId {
  const id = permissionIdOf(text)
  if (id === null || typeof id === 'string' || typeof id === 'object') throw internalError()
  // NaN is not at most zero, so it passes; `false` is zero.
  if (id === false || Number(id) <= 0) {
    throw new ApiError('VALIDATION_ERROR_PERMISSION_ID', 'Valid permission ID is required', {
      field: 'permission_id',
    })
  }
  return id
}

function permissionIdOf(text: string): PythonValue {
  try {
    const request = parsePythonJson(text)
    if (!(request instanceof Map) || request.size !== 1) throw new Error('not an object with one key')
    const id = request.get('permission_id')
    if (id === undefined) throw new Error('no permission_id')
    return id
  } catch (cause) {
    throw new ApiError(
      'VALIDATION_ERROR_OPERATION_REQUEST_JSON',
      'Invalid JSON format in operation request',
      { field: 'operation_request_json', cause },
    )
  }
}
