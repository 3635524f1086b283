import { describe, expect, it } from 'vitest'
import { createApiServerCalls } from './api-server-calls.ts'

const digest = { count: 1, min: 1, mean: 1, p50: 1, p90: 1, p95: 1, p99: 1, max: 1 }

/** A metrics page after so many calls to one endpoint, half of which it refused as too many. */
function page(calls: number, label = 'https://rpc.example.com/***') {
  const endpoint = {
    label,
    state: 'closed',
    calls,
    failed: calls / 2,
    rejected: 0,
    rateLimited: calls / 2,
    latencyMs: digest,
    tokenWaitMs: calls,
    openMs: 0,
    pausedMs: 3 * calls,
    headLag: null,
    maxHeadLag: null,
    falseHead: false,
    maxStallMs: 0,
  }
  return {
    uptimeMs: 5,
    cpuMs: 1.5,
    rssBytes: 1000,
    rpc: { total: calls, failed: calls / 2, byMethod: { eth_call: calls }, byEndpoint: { [label]: calls } },
    endpoints: [endpoint],
  }
}

describe('the calls of an API server', () => {
  it('are those from the first page to the last', () => {
    const calls = createApiServerCalls()
    calls.observe(page(100))
    calls.observe(page(140))
    calls.observe(page(160))
    expect(calls.read()).toEqual({
      calls: 60,
      failed: 30,
      byMethod: { eth_call: 60 },
      byEndpoint: {
        'https://rpc.example.com/***': {
          calls: 60,
          failed: 30,
          rejected: 0,
          rateLimited: 30,
          latencyMs: digest,
          tokenWaitMs: 60,
          pausedMs: 180,
          openMs: 0,
          maxHeadLag: null,
          falseHead: false,
          maxStallMs: 0,
        },
      },
    })
  })

  it('are not known before a page that tells of them, and stay as they were when one does not', () => {
    const calls = createApiServerCalls()
    calls.observe(undefined)
    calls.observe({ cpuMs: 1, requests: { active: 0 } })
    expect(calls.read()).toBeNull()
    calls.observe(page(10))
    calls.observe(page(20))
    calls.observe({ rpc: 'none' })
    expect(calls.read()).toMatchObject({ calls: 10 })
  })

  it('are those since its new start when it was started again', () => {
    const calls = createApiServerCalls()
    for (const count of [100, 140, 20, 30]) calls.observe(page(count))
    expect(calls.read()).toMatchObject({ calls: 30, failed: 15 })
  })

  it('show no key, whatever the page says', () => {
    const calls = createApiServerCalls()
    const secret = '8f3aK9secret'
    calls.observe(page(10, `https://user:${secret}@rpc.example.com/v2/${secret}?key=${secret}`))
    calls.observe(page(20, 'http://127.0.0.1:8545 (2)'))
    expect(JSON.stringify(calls.read())).not.toContain(secret)
    expect(Object.keys(calls.read()?.byEndpoint ?? {})).toEqual(['http://127.0.0.1:8545 (2)'])
  })
})
