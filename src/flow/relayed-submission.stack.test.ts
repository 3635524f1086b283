import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRetryBudget } from '../async/retry-budget.ts'
import type { SignedPermission } from '../vana/user-crypto.ts'
import { createApiServerClient } from './api-server-client.ts'
import { submitRelayed } from './relayed-submission.ts'
import { createStepRunner } from './step-runner.ts'

const hash = `0x${'ab'.repeat(32)}`
const signed = {
  typedData: { message: { nonce: 0n, granteeId: 1n, schemaIds: [0n] } },
  signature: '0x',
} as unknown as SignedPermission
const user = { index: 0, address: `0x${'11'.repeat(20)}`, privateKey: '0x' } as const

/** A relayer on a real socket that gives these responses in turn, then succeeds. */
const refusals: ((response: ServerResponse) => void)[] = []
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const refuse = refusals.shift()
    if (refuse) refuse(response)
    else response.end(JSON.stringify({ type: 'signed', hash }))
  })
})
let http: Agent

beforeEach(async () => {
  http = new Agent()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  await http.destroy()
  await new Promise((resolve) => server.close(resolve))
})

const refusal =
  (status: number, retryAfter?: string) =>
  (response: ServerResponse): void => {
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end('{}')
  }

/** Submits a transaction to the relayer like the step `submit` of a flow. */
function submit() {
  const { port } = server.address() as AddressInfo
  const api = createApiServerClient(http, `http://127.0.0.1:${port}`, { timeoutMs: 60_000 })
  const { signal } = new AbortController()
  const pauses: number[] = []
  const seen: string[] = []
  const policy = {
    attempts: 4,
    baseDelayMs: 100,
    maxDelayMs: 1000,
    budget: createRetryBudget(0, 10),
    random: () => 0.5,
    sleep: async (delayMs: number) => void pauses.push(delayMs),
    remainingMs: () => 60_000,
  }
  const runner = createStepRunner({
    clock: { now: () => 0 },
    policy,
    signal,
    observer: {
      onRetry: (step, isAllowed) => seen.push(`${step} ${isAllowed ? 'again' : 'not again'}`),
      onRateLimit: (step, code, retryAfterMs) => seen.push(`${step} ${code} ${retryAfterMs}`),
    },
  })
  const head = async () => ({ number: 7 }) as never
  const submission = runner.step('submit', () =>
    submitRelayed({ api, feed: { head } }, signed, { user: user.address, signal, retry: runner.retry }),
  )
  return { submission, pauses, seen }
}

describe('a transaction for the relayer', () => {
  it('is resubmitted after the pause that a busy or limited server requests, and every retry is reported', async () => {
    refusals.push(refusal(503, '3'), refusal(429, '2'), refusal(503))
    const { submission, pauses, seen } = submit()
    expect(await submission).toMatchObject({ hash, afterBlock: 7 })
    expect(pauses).toEqual([3000, 2000, 200])
    expect(seen).toEqual([
      ...['submit SERVER_FAILED 3000', 'submit again'],
      ...['submit SERVER_RATE_LIMITED 2000', 'submit again', 'submit again'],
    ])
  })

  it("is not resubmitted if the requested pause exceeds the flow's remaining time", async () => {
    refusals.push(refusal(503, '60'))
    const { submission, pauses } = submit()
    await expect(submission).rejects.toMatchObject({
      code: 'SERVER_FAILED',
      details: { retryAfterMs: 60_000 },
    })
    expect(pauses).toEqual([])
  })
})
