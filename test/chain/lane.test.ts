import { afterEach, describe, expect, it } from 'vitest'
import { type ChainStack, nobody, startChainStack } from './chain-stack.fixture.ts'

let stack: ChainStack | undefined
afterEach(async () => {
  await stack?.stop()
  stack = undefined
})

const transfer = { to: nobody, value: 1n, gas: 21_000n } as const

describe('a lane on a real chain', () => {
  it('sends many at once with one nonce each, and all are mined', async () => {
    stack = await startChainStack({ anvil: { blockTime: 0.1 } })
    const { hub, lane } = stack
    const one = lane({ maxPending: 50 })
    const submissions = await Promise.all(Array.from({ length: 40 }, () => one.send(transfer)))
    const receipts = await Promise.all(submissions.map(({ hash, ...rest }) => hub.waitForReceipt(hash, rest)))

    expect(submissions.map(({ nonce }) => nonce).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, i) => i),
    )
    expect(receipts.every(({ status }) => status === 'success')).toBe(true)
    await one.drain()
    expect(one.status()).toMatchObject({ pending: 0, nextNonce: 40, sent: 40, confirmed: 40 })
  })
})
