import { describe, expect, it } from 'vitest'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { exitCodeOfError } from './exit-code.ts'

const { signal } = new AbortController()

describe('the exit code of an error', () => {
  it.each([
    ['CONFIG_INVALID', 2],
    ['KEYSTORE_DAMAGED', 2],
    ['CHAIN_UNREACHABLE', 3],
    ['CHAIN_WRONG_ID', 3],
    ['CHAIN_HEAD_MISMATCH', 3],
    ['CHAIN_RATE_LIMITED', 3],
    ['CHAIN_RPC_ERROR', 3],
    ['TESTBED_DIED', 3],
    ['STORAGE_FAILED', 3],
    ['SERVER_FAILED', 3],
    ['SPENDING_CAP', 5],
    ['MONEY_MISMATCH', 1],
    ['INTERNAL', 1],
  ] as const)('%s is %i', (code, expected) => {
    expect(exitCodeOfError(new LoadTestError(code, 'no'), signal)).toBe(expected)
  })

  it('is 130 for whatever a signal ended, and 1 for what nobody foresaw', () => {
    const stop = new AbortController()
    stop.abort()
    expect(exitCodeOfError(stop.signal.reason, stop.signal)).toBe(130)
    expect(exitCodeOfError(new TypeError('x is not a function'), signal)).toBe(1)
  })
})
