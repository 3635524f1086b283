import type { OperationBody } from './create-operation.ts'
import type { Profile } from './profile.ts'
import { codePoints } from './prompt.ts'
import { parsePythonJson } from './python-json.ts'
import { hasHalfPair } from './python-utf8.ts'
import type { PythonDict, PythonValue } from './python-value.ts'
import { fault, missing, patternMismatch, ValidationError } from './validation-error.ts'

const signaturePattern = '^0x[a-fA-F0-9]{130}$'
const minRequestLength = 2
const maxRequestLength = 100_000

/**
 * Holds the body of `POST /operations` against its model: two texts; more keys are ignored. The later version also
 * wants the signature to be 65 bytes of hex and the request to be a JSON object with `permission_id`.
 *
 * @throws {ValidationError} with every fault
 * @example parseOperationBody(body, profile) // { appSignature: '0x...', requestJson: '{"permission_id":7}' }
 */
export function parseOperationBody(body: PythonValue | undefined, profile: Profile): OperationBody {
  if (body === undefined || body === null) throw new ValidationError([missing(['body'])])
  if (!(body instanceof Map)) {
    const msg = 'Input should be a valid dictionary or object to extract fields from'
    throw new ValidationError([fault({ type: 'model_attributes_type', loc: ['body'], msg, input: body })])
  }
  const faults: PythonDict[] = []
  const read = (key: string, more: (text: string) => PythonDict[]): string => {
    const text = readText(body, key)
    if (typeof text !== 'string') faults.push(text)
    else if (profile.strictRequests) faults.push(...more(text))
    return typeof text === 'string' ? text : ''
  }
  const appSignature = read('app_signature', signatureFaults)
  const requestJson = read('operation_request_json', requestFaults)
  if (faults.length > 0) throw new ValidationError(faults)
  return { appSignature, requestJson }
}

/** The text, or what is wrong with it. */
function readText(body: PythonDict, key: string): string | PythonDict {
  const input = body.get(key)
  const loc = ['body', key]
  if (input === undefined) return missing(loc, body)
  if (typeof input !== 'string') {
    return fault({ type: 'string_type', loc, msg: 'Input should be a valid string', input })
  }
  if (!hasHalfPair(input)) return input
  const msg = 'Input should be a valid string, unable to parse raw data as a unicode string'
  return fault({ type: 'string_unicode', loc, msg, input })
}

function signatureFaults(signature: string): PythonDict[] {
  if (new RegExp(signaturePattern).test(signature)) return []
  return [patternMismatch(['body', 'app_signature'], signaturePattern, signature)]
}

function requestFaults(text: string): PythonDict[] {
  const loc = ['body', 'operation_request_json']
  const length = codePoints(text)
  if (length < minRequestLength) {
    const msg = `String should have at least ${minRequestLength} characters`
    const ctx: PythonDict = new Map([['min_length', BigInt(minRequestLength)]])
    return [fault({ type: 'string_too_short', loc, msg, input: text, ctx })]
  }
  if (length > maxRequestLength) {
    const msg = `String should have at most ${maxRequestLength} characters`
    const ctx: PythonDict = new Map([['max_length', BigInt(maxRequestLength)]])
    return [fault({ type: 'string_too_long', loc, msg, input: text, ctx })]
  }
  const problem = requestProblem(text)
  if (problem === undefined) return []
  const ctx: PythonDict = new Map([['error', new Map()]])
  return [fault({ type: 'value_error', loc, msg: `Value error, ${problem}`, input: text, ctx })]
}

function requestProblem(text: string): string | undefined {
  let request: PythonValue
  try {
    request = parsePythonJson(text)
  } catch {
    return 'operation_request_json must be valid JSON'
  }
  if (!(request instanceof Map)) return 'operation_request_json must be a JSON object'
  return request.has('permission_id') ? undefined : 'operation_request_json must contain permission_id'
}
