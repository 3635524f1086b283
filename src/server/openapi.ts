import { type ApiErrorCode, apiErrorCatalog } from './api-error.ts'
import {
  address,
  errorAnswers,
  hash,
  integer,
  type Json,
  json,
  object,
  ref,
  success,
  text,
} from './openapi-parts.ts'
import { operationIdPattern } from './operation-id.ts'

type Route = {
  operationId: string
  summary: string
  answer: object
  errors?: readonly ApiErrorCode[] | undefined
  errorShape?: 'Error' | 'RelayError'
  extra?: Json | undefined
}

function route({ operationId, summary, answer, errors = [], errorShape = 'Error', extra }: Route) {
  return {
    operationId,
    summary,
    ...extra,
    responses: { 200: { description: 'Done', ...json(answer) }, ...errorAnswers(errors, errorShape) },
  }
}

const body = (schema: object): Json => ({ requestBody: { required: true, ...json(schema) } })
const ofBody = ['BAD_REQUEST', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const
const ofPersonalServer = [
  'PERSONAL_SERVER_UNREACHABLE',
  'PERSONAL_SERVER_PROTOCOL',
  'PERSONAL_SERVER_TIMEOUT',
] as const
const ofRelay = [
  ...(['DOMAIN_MISMATCH', 'TYPES_MISMATCH', 'SIGNATURE_INVALID', 'SIGNER_MISMATCH'] as const),
  ...(['OPERATION_NOT_ALLOWED', 'GRANTEE_NOT_ALLOWED', 'NONCE_MISMATCH', 'REQUEST_IN_FLIGHT'] as const),
  ...(['REVERTED', 'GAS_TOO_HIGH', 'GAS_BUDGET_SPENT', 'REVERT_BUDGET_SPENT'] as const),
  ...(['SPENDING_CAP', 'CHAIN_FAILED'] as const),
  ...(['RELAY_DISABLED', 'RELAY_BUSY', 'RELAYER_OUT_OF_FUNDS'] as const),
]

const codes = Object.keys(apiErrorCatalog)
const nullableText = { type: ['string', 'null'] }
const health = object({
  status: { enum: ['ok', 'degraded', 'down'] },
  chain: object({
    id: { type: 'integer' },
    reachable: { type: 'boolean' },
    block: { type: ['integer', 'null'] },
  }),
  relayers: {
    type: 'array',
    items: object({
      address,
      balanceWei: { type: 'string', pattern: '^\\d+$' },
      balance: text,
      pending: { type: 'integer' },
      nextNonce: { type: ['integer', 'null'] },
    }),
  },
  personalServer: object({ reachable: { type: 'boolean' }, status: { type: ['integer', 'null'] } }),
})

/** The OpenAPI description of the API server. */
export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'vana-load API server',
    version: '1',
    description:
      'Relays signed permissions at its own cost and asks the personal server for inference as the app. Nothing is made ' +
      'up: every answer comes from the chain or the personal server. Limits, unless the server was made with others: a ' +
      'body of 65,536 bytes, within 30 s; headers of 16,384 bytes, within 15 s; 4,096 connections; 2,000 requests a ' +
      'second from one address, 500 of them to the relay; 2 a second to the relay by one user, and for inference under one ' +
      'permission; 8,000,000 gas a transaction, 50,000,000 gas an hour for one user, 1,000,000 of it for transactions that revert.',
  },
  servers: [{ url: '/' }],
  // On loopback the token may be missing; anywhere else the server does not start without one.
  security: [{}, { bearer: [] }],
  paths: {
    '/api/relay': {
      post: route({
        operationId: 'relay',
        summary: 'Submits a signed ServerFilesAndPermission for its user',
        answer: object({ type: { const: 'signed' }, hash }),
        errors: [...ofBody, ...ofRelay],
        errorShape: 'RelayError',
        extra: body(ref('RelayRequest')),
      }),
    },
    '/api/relay/{hash}': {
      get: route({
        operationId: 'relayedTransaction',
        summary:
          'Says where a relayed transaction stands; its hash changes when it is replaced with higher fees',
        answer: success(
          object(
            {
              hash,
              state: {
                enum: ['pending', 'mined', 'reverted', 'dropped'],
                description:
                  'mined: a block holds it, and it succeeded. reverted: a block holds it, and the contract refused it. ' +
                  'dropped: no block will hold it',
              },
              error: object({
                code: { const: 'REVERTED' },
                message: text,
                revert: {
                  type: ['object', 'null'],
                  description: "The contract's error: name and arguments; null where it can't be found out",
                },
              }),
            },
            ['error'],
          ),
        ),
        errors: ['BAD_REQUEST', 'NOT_FOUND', 'CHAIN_FAILED'],
        extra: { parameters: [{ name: 'hash', in: 'path', required: true, schema: hash }] },
      }),
    },
    '/api/trusted-server': {
      post: route({
        operationId: 'requestInference',
        summary:
          "Asks the personal server for inference under a permission; keeps the status and code of the server's own errors",
        answer: success(object({ id: text, status: text, createdAt: text })),
        errors: [...ofBody, ...ofPersonalServer],
        extra: body(object({ permissionId: integer, chainId: integer }, ['chainId'])),
      }),
    },
    '/api/trusted-server/poll': {
      post: route({
        operationId: 'pollInference',
        summary: 'Looks at an operation of the personal server; anyone who knows its id may',
        answer: success(
          object({
            id: text,
            status: {
              type: 'string',
              description: 'starting, processing, succeeded, failed, canceled; passed on as it is',
            },
            result: {},
            startedAt: nullableText,
            finishedAt: nullableText,
          }),
        ),
        errors: [...ofBody, ...ofPersonalServer],
        extra: body(
          object({ operationId: { type: 'string', pattern: operationIdPattern }, chainId: integer }, [
            'chainId',
          ]),
        ),
      }),
    },
    '/identity': {
      get: route({
        operationId: 'identity',
        summary: "Gives the personal server's identity for a user",
        answer: { type: 'object' },
        errors: ['BAD_REQUEST', ...ofPersonalServer],
        extra: { parameters: [{ name: 'address', in: 'query', required: true, schema: address }] },
      }),
    },
    '/health': {
      get: {
        operationId: 'health',
        summary: 'Says how the server, the chain and the personal server are',
        security: [],
        responses: {
          200: { description: 'Up, or degraded', ...json(health) },
          503: { description: 'Down: the chain does not answer', ...json({ oneOf: [health, ref('Error')] }) },
        },
      },
    },
    '/__metrics': {
      get: route({
        operationId: 'metrics',
        summary: "Gives the process's own counters",
        answer: { type: 'object' },
      }),
    },
  },
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
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
      RelayError: object(
        {
          type: { const: 'error' },
          error: text,
          code: { type: 'string', enum: codes },
          retriable: { type: 'boolean' },
          revert: { type: 'object', description: "The contract's error: name and arguments" },
          chainCode: text,
          hash,
          mayBeSent: { type: 'boolean', description: 'The transaction `hash` may still be mined' },
        },
        ['revert', 'chainCode', 'hash', 'mayBeSent'],
      ),
      Error: object({
        success: { const: false },
        error: object({
          code: {
            type: 'string',
            description: `${codes.join(', ')}; or the personal server's own error_code`,
          },
          message: text,
          status: { type: 'integer' },
          retriable: { type: 'boolean' },
        }),
      }),
    },
  },
}
