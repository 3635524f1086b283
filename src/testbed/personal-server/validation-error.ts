import { Refusal } from './errors.ts'

/** Minor version of pydantic that the links in its messages name. */
const pydanticVersion = '2.11'

/** One fault of a request, as pydantic (the original's validator) describes it. */
export type Fault = {
  type: string
  loc: readonly (string | number)[]
  msg: string
  input: unknown
  ctx?: object | undefined
  url?: string | undefined
}

/** The 422 answer to a request that does not fit the route's model. */
export class ValidationError extends Refusal {
  override readonly name = 'ValidationError'
  readonly status = 422
  readonly code = 'HTTP_422'
  readonly body: object

  constructor(faults: readonly Fault[]) {
    super('The request does not fit the model.')
    this.body = { detail: faults }
  }
}

/**
 * Describes a fault, with its keys in pydantic's order.
 *
 * @example fault({ type: 'missing', loc: ['body'], msg: 'Field required', input: null })
 */
export function fault({ type, loc, msg, input, ctx }: Omit<Fault, 'url'>): Fault {
  return { type, loc, msg, input, ctx, url: `https://errors.pydantic.dev/${pydanticVersion}/v/${type}` }
}

/** Describes a body that is not JSON; the only fault without a link. */
export const invalidJson = (reason: string): Fault => ({
  type: 'json_invalid',
  loc: ['body', 0],
  msg: 'JSON decode error',
  input: {},
  ctx: { error: reason },
})

/** Describes a missing parameter, field or body. */
export const missing = (loc: readonly string[], input: unknown = null): Fault =>
  fault({ type: 'missing', loc, msg: 'Field required', input })

/** Describes text that does not match a pattern. */
export const patternMismatch = (loc: readonly string[], pattern: string, input: string): Fault =>
  fault({
    type: 'string_pattern_mismatch',
    loc,
    msg: `String should match pattern '${pattern}'`,
    input,
    ctx: { pattern },
  })
