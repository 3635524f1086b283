import { describe, expect, it } from 'vitest'
import { LoadTestError } from '../errors/load-test-error.ts'
import { fundFirst } from './fund-first.ts'
import { createStopControl } from './stop-control.ts'

/** Wallets whose first funding ends in this error, if any, when funds have moved or when none have. */
const walletsOf = (hasPaid: boolean, error?: Error) => {
  const ended: boolean[] = []
  const wallets = {
    async firstFunded(signal: AbortSignal) {
      signal.throwIfAborted()
      if (error) throw error
    },
    async endFunding() {
      ended.push(hasPaid)
      return hasPaid
    },
  }
  return { wallets, ended }
}
const open = () => {
  const interrupt = new AbortController()
  const forced = new AbortController().signal
  const stop = createStopControl({ interrupt: interrupt.signal, forced, graceMs: 60_000 })
  return { interrupt, stop }
}
const failed = new LoadTestError('FUNDING_FAILED', 'it was reverted')

describe('the first funding of a run', () => {
  it('lets the run begin when it went well, and funds on', async () => {
    const { stop } = open()
    const { wallets, ended } = walletsOf(true)
    await fundFirst(wallets, stop)
    expect({ reason: stop.reason(), ended }).toEqual({ reason: null, ended: [] })
  })

  it('throws what ended it before funds moved, once no payment is in flight', async () => {
    const { stop } = open()
    const { wallets, ended } = walletsOf(false, failed)
    await expect(fundFirst(wallets, stop)).rejects.toBe(failed)
    expect({ reason: stop.reason(), ended }).toEqual({ reason: null, ended: [false] })
  })

  it.each([
    ['target-lost', failed],
    ['error', new Error('unexpected')],
    ['spending-cap', new LoadTestError('SPENDING_CAP', 'too much')],
  ])('stops the run, %s, when funds have moved', async (reason, error) => {
    const { stop } = open()
    await fundFirst(walletsOf(true, error).wallets, stop)
    expect(stop.reason()).toMatchObject({ reason, message: expect.stringContaining(error.message) })
    expect(stop.starting.aborted).toBe(true)
    stop.dispose()
  })

  it('leaves the reason of an interruption as it is', async () => {
    const { stop, interrupt } = open()
    interrupt.abort()
    await fundFirst(walletsOf(true).wallets, stop)
    expect(stop.reason()).toMatchObject({ reason: 'interrupted' })
    stop.dispose()
  })
})
