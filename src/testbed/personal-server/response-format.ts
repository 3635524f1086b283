import { ApiError } from './errors.ts'
import { isFalsy, isJsonObject, type JsonObject, pythonTypeName } from './json-value.ts'

/** How a grant wants the model to answer. */
export type ResponseFormat = 'text' | 'json_object'

/**
 * Reads `response_format` from a grant's parameters. The default is text.
 *
 * @throws {ApiError} VALIDATION_ERROR
 * @example responseFormatOf({ response_format: { type: 'json_object' } }) // 'json_object'
 */
export function responseFormatOf({ response_format: format }: JsonObject): ResponseFormat {
  if (format === undefined || format === null) return 'text'
  if (!isJsonObject(format)) {
    throw invalid(`response_format must be an object, got ${pythonTypeName(format)}`)
  }
  const { type } = format
  if (isFalsy(type)) throw invalid("response_format must include a 'type' field")
  if (type === 'text' || type === 'json_object') return type
  const given = typeof type === 'string' ? type : JSON.stringify(type)
  throw invalid(`response_format.type must be one of ['text', 'json_object'], got '${given}'`)
}

const invalid = (reason: string): ApiError =>
  new ApiError('VALIDATION_ERROR', `Invalid response_format in grant file: ${reason}`)
