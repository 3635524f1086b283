import { describe, expect, it } from 'vitest'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { isNodeFailure, rejectionReason, revertOf, toChainError } from './rpc-error.ts'

describe('an error of a node', () => {
  // Texts as geth, anvil, Nethermind, Besu, Erigon and reth write them.
  it.each([
    [-32000, 'already known', 'CHAIN_NONCE', 'already-known'],
    [-32003, 'transaction already imported', 'CHAIN_NONCE', 'already-known'],
    [-32010, 'AlreadyKnown', 'CHAIN_NONCE', 'already-known'],
    [-32000, 'nonce too low: next nonce 5, tx nonce 3', 'CHAIN_NONCE', 'nonce-too-low'],
    [-32003, 'nonce too low', 'CHAIN_NONCE', 'nonce-too-low'],
    [-32010, 'OldNonce, Current nonce: 5, nonce of rejected tx: 3', 'CHAIN_NONCE', 'nonce-too-low'],
    [-32000, 'nonce too high', 'CHAIN_NONCE', 'nonce-too-high'],
    [-32000, 'replacement transaction underpriced', 'CHAIN_UNDERPRICED', 'replacement-underpriced'],
    [-32010, 'ReplacementNotAllowed', 'CHAIN_UNDERPRICED', 'replacement-underpriced'],
    [-32000, 'transaction underpriced: tip needed 1, tip permitted 0', 'CHAIN_UNDERPRICED', 'fee-too-low'],
    [
      -32000,
      'max fee per gas less than block base fee: address 0x00, maxFeePerGas: 1',
      'CHAIN_UNDERPRICED',
      'fee-too-low',
    ],
    [-32003, 'max fee per gas less than block base fee', 'CHAIN_UNDERPRICED', 'fee-too-low'],
    [
      -32000,
      'insufficient funds for gas * price + value: balance 0',
      'CHAIN_INSUFFICIENT_FUNDS',
      'insufficient-funds',
    ],
    [-32003, 'Insufficient funds for gas * price + value', 'CHAIN_INSUFFICIENT_FUNDS', 'insufficient-funds'],
    [-32000, 'txpool is full', 'CHAIN_RATE_LIMITED', 'pool-full'],
    [-32000, 'Known transaction', 'CHAIN_NONCE', 'already-known'],
    [-32001, 'Nonce too low', 'CHAIN_NONCE', 'nonce-too-low'],
    [-32004, 'Upfront cost exceeds account balance', 'CHAIN_INSUFFICIENT_FUNDS', 'insufficient-funds'],
    [-32006, 'Nonce too high', 'CHAIN_NONCE', 'nonce-too-high'],
    [-32000, 'Transaction nonce is too distant from current sender nonce', 'CHAIN_NONCE', 'nonce-too-high'],
    [-32009, 'Gas price below current base fee', 'CHAIN_UNDERPRICED', 'fee-too-low'],
    [-32009, 'Gas price below configured minimum gas price', 'CHAIN_UNDERPRICED', 'fee-too-low'],
    [-32000, 'INTERNAL_ERROR: could not replace existing tx', 'CHAIN_UNDERPRICED', 'replacement-underpriced'],
    [-32000, 'existing tx with same hash', 'CHAIN_NONCE', 'already-known'],
    [-32000, 'pending sub-pool is full', 'CHAIN_RATE_LIMITED', 'pool-full'],
    [-32603, 'Internal error: nonce too low', 'CHAIN_NONCE', 'nonce-too-low'],
    [-38010, 'whatever', 'CHAIN_NONCE', 'nonce-too-low'],
    [-38014, 'whatever', 'CHAIN_INSUFFICIENT_FUNDS', 'insufficient-funds'],
  ] as const)('%i "%s" is %s (%s)', (code, message, expected, reason) => {
    const error = toChainError({ code, message }, 'eth_sendRawTransaction')
    expect(error).toMatchObject({ code: expected, details: { method: 'eth_sendRawTransaction', code } })
    expect(rejectionReason(error)).toBe(reason)
  })

  it('is judged by its code where that says enough, whatever the text', () => {
    expect(toChainError({ code: -32005, message: 'nonce too low' }, 'm').code).toBe('CHAIN_RATE_LIMITED')
    expect(toChainError({ code: 429, message: 'slow down' }, 'm').code).toBe('CHAIN_RATE_LIMITED')
    expect(toChainError({ code: -32601, message: 'insufficient funds' }, 'm').code).toBe('CHAIN_RPC_ERROR')
    expect(toChainError({ code: 3, message: 'already known' }, 'm').code).toBe('TX_REVERTED')
  })

  // As providers write them, most under HTTP 200.
  it.each([
    [-32007, '50/second request limit reached - reduce calls per second or upgrade your account'],
    [-32003, 'daily request limit reached - upgrade your account'],
    [-32005, 'daily request count exceeded, request rate limited'],
    [-32029, 'limit'],
    [-32097, 'slow down'],
    [-32016, 'over rate limit'],
    [-32000, '429 Too Many Requests: {"jsonrpc":"2.0"}'],
    [-32000, 'This request has been rate limited.'],
    [-32603, 'Too Many Requests'],
    [429, 'Your app has exceeded its compute units per second capacity.'],
    [-32600, 'You have exceeded your throughput limit'],
    [-32090, 'Too many requests, reason: call rate limit exhausted, retry in 10s'],
  ])('%i "%s" is a rate limit', (code, message) => {
    const error = toChainError({ code, message }, 'eth_call')
    expect(error.code).toBe('CHAIN_RATE_LIMITED')
    expect(rejectionReason(error)).toBeUndefined()
    expect(isNodeFailure(error)).toBe(true)
  })

  it.each([
    [-32005, 'Transaction gas limit exceeds block gas limit'],
    [-32005, 'Number of requests exceeds max batch size'],
    [-32005, 'query returned more than 10000 results'],
    [-32007, 'Sender account not authorized to send transactions'],
    [-32600, 'batch limit exceeded'],
    [-32001, 'rpc method is not whitelisted'],
    [-32000, 'intrinsic gas too low'],
  ])('%i "%s" is no rate limit', (code, message) => {
    const error = toChainError({ code, message }, 'eth_call')
    expect(error.code).toBe('CHAIN_RPC_ERROR')
    expect(isNodeFailure(error)).toBe(false)
  })

  it.each([
    ['exceeded project rate limit', { rate: { allowed_rps: 5, backoff_seconds: 30 } }, 30_000],
    ['Too many requests, retry in 10s', undefined, 10_000],
    ['rate limit: try again in 250 ms', undefined, 250],
    ['rate limit: retry after 1.5 seconds', undefined, 1500],
    ['rate limit: try again in 2 minutes', undefined, 120_000],
    ['rate limit', undefined, undefined],
  ])('finds the pause that a rate limit asks for: %s', (message, data, expected) => {
    const { details } = toChainError({ code: -32005, message, data }, 'eth_call')
    expect(details.retryAfterMs).toBe(expected)
  })

  it('is the gateway’s under a 5xx, unless it says something of the call', () => {
    const under = (code: number, message: string) =>
      isNodeFailure(toChainError({ code, message }, 'eth_call', 503))
    expect(under(-32000, 'oops')).toBe(true)
    expect(under(-32601, 'no such method')).toBe(false)
    expect(under(-32000, 'nonce too low')).toBe(false)
    expect(under(3, 'execution reverted')).toBe(false)
  })

  it.each([
    [3, 'execution reverted: custom error 0xb5b6936d', '0xb5b6936d'],
    [-32000, 'execution reverted', '0xb5b6936d'],
    [-32000, 'execution reverted', { data: '0xb5b6936d' }],
    [-32015, 'VM execution error.', 'Reverted 0xb5b6936d'],
    [-32603, 'Error: VM Exception while processing transaction', { message: 'reverted', data: '0xb5b6936d' }],
  ])('that is a refusal by a contract is decoded: %i %s', (code, message, data) => {
    const error = toChainError({ code, message, data }, 'eth_estimateGas')
    expect(error).toMatchObject({ code: 'TX_REVERTED', retriable: false, details: { data: '0xb5b6936d' } })
    expect(error.message).toBe('eth_estimateGas: the contract refused: EmptyGrant()')
    expect(revertOf(error)?.name).toBe('EmptyGrant')
  })

  it('that is a refusal without data keeps the node’s words', () => {
    const error = toChainError({ code: -32000, message: 'execution reverted: out of luck' }, 'eth_call')
    expect(error.message).toContain('out of luck')
    expect(revertOf(error)?.name).toBe('empty')
  })

  it('of an unknown kind keeps code, text and data', () => {
    expect(
      toChainError({ code: -32000, message: 'header not found', data: { x: 1 } }, 'eth_call'),
    ).toMatchObject({
      code: 'CHAIN_RPC_ERROR',
      message: 'eth_call: header not found (code -32000)',
      details: { code: -32000 },
    })
    expect(rejectionReason(new Error('already known'))).toBeUndefined()
    expect(revertOf(new Error('x'))).toBeUndefined()
  })
})

describe('a failure of the node itself', () => {
  const error = (code: number, message: string, data?: unknown) =>
    toChainError({ code, message, ...(data === undefined ? {} : { data }) }, 'eth_call')

  it.each([
    [-32603, 'Internal error'],
    [-32002, 'resource not available'],
    [-32005, 'limit exceeded'],
    [429, 'slow down'],
    [-32002, 'request timed out'],
    [-32016, 'Request exceeds defined timeout limit'],
    [-32000, 'header not found'],
    [-32011, 'no backends available for method'],
  ])('is an error of that kind: %i %s', (code, message) => {
    expect(isNodeFailure(error(code, message))).toBe(true)
  })

  it('is an answer that cannot be had, or cannot be read', () => {
    expect(isNodeFailure(new LoadTestError('CHAIN_UNREACHABLE', 'nothing within 10 ms'))).toBe(true)
    expect(isNodeFailure(new LoadTestError('CHAIN_RPC_ERROR', 'the answer is not JSON-RPC'))).toBe(true)
  })

  it.each([
    [-32000, 'insufficient funds for gas * price + value'],
    [-32000, 'nonce too low'],
    [-32003, 'transaction already imported'],
    [-32000, 'replacement transaction underpriced'],
    [-32000, 'txpool is full'],
    [3, 'execution reverted'],
    [-32603, 'execution reverted'],
    [-32601, 'Method not found'],
    [-32602, 'invalid params'],
  ])('is not an error that answers the call: %i %s', (code, message) => {
    expect(isNodeFailure(error(code, message))).toBe(false)
  })
})
