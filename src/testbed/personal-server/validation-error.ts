import type { PythonDict, PythonValue } from './python-value.ts'

/** A request that does not fit the route's model: 422, with pydantic's description of each fault. */
export class ValidationError extends Error {
  override readonly name = 'ValidationError'
  /** The body of the answer. */
  readonly body: PythonDict

  constructor(faults: readonly PythonDict[]) {
    super('The request does not fit the model.')
    this.body = new Map([['detail', [...faults]]])
  }
}

/** Minor version of pydantic that the links in its messages name. */
const pydanticVersion = '2.11'

/** One fault as pydantic describes it. */
export type Fault = {
  type: string
  loc: readonly string[]
  msg: string
  input: PythonValue
  ctx?: PythonDict
}

/**
 * Describes a fault, with its keys in pydantic's order.
 *
 * @example fault({ type: 'missing', loc: ['body'], msg: 'Field required', input: null })
 */
export function fault({ type, loc, msg, input, ctx }: Fault): PythonDict {
  const dict: PythonDict = new Map<string, PythonValue>([
    ['type', type],
    ['loc', [...loc]],
    ['msg', msg],
    ['input', input],
  ])
  if (ctx !== undefined) dict.set('ctx', ctx)
  return dict.set('url', `https://errors.pydantic.dev/${pydanticVersion}/v/${type}`)
}

/** The fault of a parameter or body that is not there. */
export const missing = (loc: readonly string[], input: PythonValue = null): PythonDict =>
  fault({ type: 'missing', loc, msg: 'Field required', input })

/** The fault of a text that does not match a pattern. */
export const patternMismatch = (loc: readonly string[], pattern: string, input: string): PythonDict =>
  fault({
    type: 'string_pattern_mismatch',
    loc,
    msg: `String should match pattern '${pattern}'`,
    input,
    ctx: new Map([['pattern', pattern]]),
  })
