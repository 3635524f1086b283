import { apiErrorCatalog } from './api-error.ts'

const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const integer = {
  oneOf: [
    { type: 'string', pattern: '^\\d+$' },
    { type: 'integer', minimum: 0 },
  ],
}
const text = { type: 'string' }
const address = { type: 'string', pattern: '^0x[0-9a-fA-F]{40}$' }
const hash = { type: 'string', pattern: '^0x[0-9a-f]{64}$' }
const object = (properties: Record<string, object>, optional: readonly string[] = []) => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
})
const success = (data: object) => object({ success: { const: true }, data })
const route = (summary: string, answer: object, extra: object = {}, error = 'Error') => ({
  summary,
  ...extra,
  responses: {
    200: { description: 'Done', ...json(answer) },
    default: { description: 'An error; see its code', ...json(ref(error)) },
  },
})
const body = (schema: object) => ({ requestBody: { required: true, ...json(schema) } })
const codes = Object.keys(apiErrorCatalog).join(', ')

/** The OpenAPI description of the API server. */
export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'vana-load API server',
    version: '1',
    description:
      'Relays signed permissions at its own cost and asks the personal server for inference as the app. Nothing is made up: every answer comes from the chain or the personal server.',
  },
  paths: {
    '/api/relay': {
      post: route(
        'Submits a signed ServerFilesAndPermission for its user',
        object({ type: { const: 'signed' }, hash }),
        body(ref('RelayRequest')),
        'RelayError',
      ),
    },
    '/api/relay/{hash}': {
      get: route(
        'Says where a relayed transaction stands; its hash changes when it is replaced with higher fees',
        success(object({ hash, state: { enum: ['pending', 'mined', 'dropped'] } })),
        { parameters: [{ name: 'hash', in: 'path', required: true, schema: hash }] },
      ),
    },
    '/api/trusted-server': {
      post: route(
        'Asks the personal server for inference under a permission',
        success(object({ id: text, status: text, createdAt: text })),
        body(object({ permissionId: integer, chainId: integer }, ['chainId'])),
      ),
    },
    '/api/trusted-server/poll': {
      post: route(
        'Looks at an operation of the personal server',
        success(
          object({
            id: text,
            status: {
              type: 'string',
              description: 'starting, processing, succeeded, failed, canceled; passed on as it is',
            },
            result: {},
            startedAt: { type: ['string', 'null'] },
            finishedAt: { type: ['string', 'null'] },
          }),
        ),
        body(object({ operationId: text, chainId: integer }, ['chainId'])),
      ),
    },
    '/identity': {
      get: route(
        "Gives the personal server's identity for a user",
        { type: 'object' },
        {
          parameters: [{ name: 'address', in: 'query', required: true, schema: address }],
        },
      ),
    },
    '/health': {
      get: route('Says how the server, the chain and the personal server are', { type: 'object' }),
    },
    '/__metrics': { get: route("Gives the process's own counters", { type: 'object' }) },
  },
  components: {
    schemas: {
      RelayRequest: object(
        {
          type: { const: 'signed' },
          operation: { const: 'submitAddServerFilesAndPermissions' },
          typedData: object({
            domain: object({ name: text, version: text, chainId: integer, verifyingContract: address }),
            types: {
              type: 'object',
              description: 'Permission and ServerFilesAndPermission, as the SDK composes them',
            },
            primaryType: { const: 'ServerFilesAndPermission' },
            message: object({
              nonce: integer,
              granteeId: integer,
              grant: text,
              fileUrls: { type: 'array', items: text },
              schemaIds: { type: 'array', items: integer },
              serverAddress: address,
              serverUrl: text,
              serverPublicKey: text,
              filePermissions: {
                type: 'array',
                items: { type: 'array', items: object({ account: address, key: text }) },
              },
            }),
          }),
          signature: { type: 'string', pattern: '^0x[0-9a-fA-F]{130}$' },
          expectedUserAddress: address,
        },
        ['expectedUserAddress'],
      ),
      RelayError: object({
        type: { const: 'error' },
        error: text,
        code: { type: 'string', description: codes },
        retriable: { type: 'boolean' },
      }),
      Error: object({
        success: { const: false },
        error: object({
          code: { type: 'string', description: `${codes}; or the personal server's own error_code` },
          message: text,
          status: { type: 'integer' },
          retriable: { type: 'boolean' },
        }),
      }),
    },
  },
} as const
