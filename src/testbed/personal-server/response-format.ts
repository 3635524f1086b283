import { ApiError } from './errors.ts'
import { pythonStr } from './python-repr.ts'
import { isTruthy, type PythonDict, pythonTypeName } from './python-value.ts'

/** How a grant wants the model to answer. */
export type ResponseFormat = 'text' | 'json_object'

const isFormat = (type: unknown): type is ResponseFormat => type === 'text' || type === 'json_object'

/**
 * Reads `response_format` from a grant's parameters; absent or null means text.
 *
 * @throws {ApiError} VALIDATION_ERROR
 * @example responseFormatOf(new Map([['response_format', new Map([['type', 'json_object']])]])) // 'json_object'
 */
export function responseFormatOf(parameters: PythonDict): ResponseFormat {
  const format = parameters.get('response_format') ?? null
  if (format === null) return 'text'
  if (!(format instanceof Map)) {
    throw invalid(`response_format must be an object, got ${pythonTypeName(format)}`)
  }
  const type = format.get('type') ?? null
  if (!isTruthy(type)) throw invalid("response_format must include a 'type' field")
  if (!isFormat(type)) {
    throw invalid(`response_format.type must be one of ['text', 'json_object'], got '${pythonStr(type)}'`)
  }
  return type
}

const invalid = (reason: string): ApiError =>
  new ApiError('VALIDATION_ERROR', `Invalid response_format in grant file: ${reason}`)
