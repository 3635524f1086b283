import { type ApiErrorCode, apiErrorCatalog } from './api-error.ts'

// What the OpenAPI document is put together from.

export type Json = Record<string, unknown>

export const json = (schema: object): Json => ({ content: { 'application/json': { schema } } })
export const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })
export const text = { type: 'string' }
export const integer = {
  description:
    'A decimal string, as all that may outgrow a number; a number that JSON can hold is taken, too',
  oneOf: [
    { type: 'string', pattern: '^\\d{1,78}$' },
    { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  ],
}
export const address = { type: 'string', pattern: '^0x[0-9a-fA-F]{40}$' }
export const hash = { type: 'string', pattern: '^0x[0-9a-f]{64}$' }

/** An object of which every property but the optional ones is there. */
export const object = (properties: Record<string, object>, optional: readonly string[] = []): Json => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
})

export const success = (data: object): Json => object({ success: { const: true }, data })

/** What any route may answer before it looks at the request. */
const always = ['HOST_NOT_ALLOWED', 'UNAUTHORIZED', 'RATE_LIMITED', 'SHUTTING_DOWN', 'INTERNAL'] as const

const meanings: Record<ApiErrorCode, string> = {
  BAD_REQUEST: 'The request has another shape, or an id is none; the text names the fields',
  DOMAIN_MISMATCH: 'Signed for another chain, contract, name or version',
  TYPES_MISMATCH: 'The types are not those of ServerFilesAndPermission',
  SIGNATURE_INVALID: 'The signature is malformed, or malleable',
  UNAUTHORIZED: 'The bearer token is missing or wrong',
  SIGNER_MISMATCH: 'Signed by somebody else than expectedUserAddress, or altered since',
  OPERATION_NOT_ALLOWED: 'An operation other than the one that is relayed',
  GRANTEE_NOT_ALLOWED: 'A permission for another app than this one',
  HOST_NOT_ALLOWED: 'Called by another name than localhost, without a token',
  NOT_FOUND: 'No such route or transaction',
  METHOD_NOT_ALLOWED: 'The route is there for another method',
  NONCE_MISMATCH: 'The nonce is not the next one of the user: replayed, or signed too long ago',
  REQUEST_IN_FLIGHT: 'Another request of the same user is not in a block yet',
  BODY_TOO_LARGE: 'The body is past the limit',
  UNSUPPORTED_MEDIA_TYPE: 'The body is not application/json',
  REVERTED: 'The contract refuses it, with the decoded error in `revert`',
  GAS_TOO_HIGH: 'More gas than is paid for in one transaction',
  RATE_LIMITED: 'Too many requests of an address, user or permission',
  SPENDING_CAP: 'The relayer might spend more than its cap',
  GAS_BUDGET_SPENT: 'The user has cost as much as is paid for in an hour',
  REVERT_BUDGET_SPENT: "The user's reverted transactions have wasted as much gas as is paid for in an hour",
  INTERNAL: 'A fault of this server; its log says more',
  CHAIN_FAILED: 'The chain does not answer, or refuses for a reason of its own',
  PERSONAL_SERVER_UNREACHABLE: 'The personal server does not answer',
  PERSONAL_SERVER_PROTOCOL: 'The personal server answered something else than agreed',
  RELAY_DISABLED: 'There is no key to pay with',
  RELAY_BUSY: 'Too many requests are being worked on',
  RELAYER_OUT_OF_FUNDS: 'None of the keys that pay owns enough',
  SHUTTING_DOWN: 'The server is stopping',
  PERSONAL_SERVER_TIMEOUT: 'The personal server took too long',
}

/** What an error code means, in a few words. */
export const meaningOf = (code: ApiErrorCode): string => meanings[code]

/** The error answers of a route, one for each status, with their codes. */
export function errorAnswers(codes: readonly ApiErrorCode[], schema: 'Error' | 'RelayError'): Json {
  const byStatus = new Map<number, ApiErrorCode[]>()
  for (const code of [...codes, ...always]) {
    const { status } = apiErrorCatalog[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const entries = [...byStatus].sort(([a], [b]) => a - b)
  return Object.fromEntries(
    entries.map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `\`${code}\`: ${meaningOf(code)}`).join('. '),
        headers: headersOf(status),
        ...json(ref(schema)),
      },
    ]),
  )
}

function headersOf(status: number): Json | undefined {
  if (status === 401) return { 'WWW-Authenticate': { schema: text } }
  if (status !== 429) return undefined
  return { 'Retry-After': { description: 'Seconds', schema: { type: 'string', pattern: '^\\d+$' } } }
}
