import { messageOf } from './errors.ts'
import { isJsonObject, type JsonObject } from './json-value.ts'
import type { Profile } from './profile.ts'
import { codePoints } from './prompt.ts'
import {
  type Fault,
  fault,
  invalidJson,
  missing,
  patternMismatch,
  ValidationError,
} from './validation-error.ts'

/** The body of `POST /operations`. */
export type OperationBody = { appSignature: string; requestJson: string }

const signaturePattern = '^0x[a-fA-F0-9]{130}$'
const minRequestLength = 2
const maxRequestLength = 100_000

/**
 * Reads a request's body: JSON if its content type is JSON or missing, otherwise its text; undefined for an empty body.
 *
 * @throws {ValidationError} `json_invalid`
 */
export function readBody(text: string, contentType: string | undefined): unknown {
  if (text === '') return undefined
  const [mediaType = ''] = (contentType ?? '').split(';')
  if (mediaType !== '' && !/^application\/(?:json|[^/]*\+json)$/i.test(mediaType.trim())) return text
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ValidationError([invalidJson(messageOf(error))])
  }
}

/**
 * Checks the body of `POST /operations`: two texts; other keys are ignored. The later profile also requires a signature
 * of 65 bytes in hex, and a request that is a JSON object with `permission_id`.
 *
 * @throws {ValidationError} with every fault
 * @example parseOperationBody(body, profile) // { appSignature: '0x...', requestJson: '{"permission_id":7}' }
 */
export function parseOperationBody(body: unknown, profile: Profile): OperationBody {
  if (body === undefined || body === null) throw new ValidationError([missing(['body'])])
  if (!isJsonObject(body)) {
    const msg = 'Input should be a valid dictionary or object to extract fields from'
    throw new ValidationError([fault({ type: 'model_attributes_type', loc: ['body'], msg, input: body })])
  }
  const strict = profile.strictRequests
  const faults = [
    ...fieldFaults(body, 'app_signature', strict ? signatureFaults : noFaults),
    ...fieldFaults(body, 'operation_request_json', strict ? requestFaults : noFaults),
  ]
  if (faults.length > 0) throw new ValidationError(faults)
  return { appSignature: String(body.app_signature), requestJson: String(body.operation_request_json) }
}

const noFaults = (): Fault[] => []

function fieldFaults(body: JsonObject, key: string, faultsOf: (text: string) => Fault[]): Fault[] {
  const input = body[key]
  const loc = ['body', key]
  if (typeof input === 'string') return faultsOf(input)
  if (input === undefined) return [missing(loc, body)]
  return [fault({ type: 'string_type', loc, msg: 'Input should be a valid string', input })]
}

function signatureFaults(signature: string): Fault[] {
  if (new RegExp(signaturePattern).test(signature)) return []
  return [patternMismatch(['body', 'app_signature'], signaturePattern, signature)]
}

function requestFaults(input: string): Fault[] {
  const loc = ['body', 'operation_request_json']
  const length = codePoints(input)
  if (length < minRequestLength) {
    const msg = `String should have at least ${minRequestLength} characters`
    return [fault({ type: 'string_too_short', loc, msg, input, ctx: { min_length: minRequestLength } })]
  }
  if (length > maxRequestLength) {
    const msg = `String should have at most ${maxRequestLength} characters`
    return [fault({ type: 'string_too_long', loc, msg, input, ctx: { max_length: maxRequestLength } })]
  }
  const problem = requestProblem(input)
  if (problem === undefined) return []
  const msg = `Value error, operation_request_json must ${problem}`
  return [fault({ type: 'value_error', loc, msg, input, ctx: { error: {} } })]
}

function requestProblem(text: string): string | undefined {
  try {
    const request: unknown = JSON.parse(text)
    if (!isJsonObject(request)) return 'be a JSON object'
    return Object.hasOwn(request, 'permission_id') ? undefined : 'contain permission_id'
  } catch {
    return 'be valid JSON'
  }
}
