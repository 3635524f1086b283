import { describe, expect, it } from 'vitest'
import type { Summary } from '../results/summary-schema.ts'
import { limitingEndpoints } from './endpoint-finding.ts'

type Endpoint = Summary['rpc']['byEndpoint'][string]

const digest = { count: 0, min: null, mean: null, p50: null, p90: null, p95: null, p99: null, max: null }
/** An endpoint with a thousand calls that limited nothing. */
const fine: Endpoint = {
  calls: 1000,
  failed: 0,
  rejected: 0,
  rateLimited: 0,
  latencyMs: digest,
  tokenWaitMs: 0,
  pausedMs: 0,
  openMs: 0,
  maxHeadLag: null,
  falseHead: false,
  maxStallMs: 0,
}
type Differences = Record<string, Partial<Endpoint>>
const callsTo = (endpoints: Differences) => ({
  calls: 0,
  failed: 0,
  byMethod: {},
  byEndpoint: Object.fromEntries(
    Object.entries(endpoints).map(([label, differences]) => [label, { ...fine, ...differences }]),
  ),
})
const findings = (endpoints: Differences, ofApiServer?: Differences | undefined) =>
  limitingEndpoints({
    rpc: {
      ...callsTo(endpoints),
      callsPerFlow: null,
      apiServer: ofApiServer === undefined ? null : callsTo(ofApiServer),
    },
  })
const textOf = (differences: Partial<Endpoint>): string | undefined =>
  findings({ node: differences })[0]?.text

describe('limitingEndpoints', () => {
  it('finds nothing if no endpoint limited the run, however many calls were rejected', () => {
    expect(findings({ a: {}, b: { maxHeadLag: 3, failed: 10 } })).toEqual([])
    expect(findings({ a: { failed: 900, rejected: 900 } })).toEqual([])
  })

  it('reports the share of failed calls above 1%, without rejected calls', () => {
    expect(textOf({ failed: 510, rejected: 490 })).toBe('node: 20 of 1,000 calls failed (2%).')
    expect(textOf({ failed: 500, rejected: 490 })).toBeUndefined()
  })

  it('reports rate-limited calls apart from failures', () => {
    expect(textOf({ failed: 3, rateLimited: 3, pausedMs: 1500 })).toBe(
      'node: rate-limited 3 calls and was paused for 1.50 s.',
    )
  })

  it('reports a lagging, stalled or false head', () => {
    expect(textOf({ maxHeadLag: 4 })).toBe('node: was up to 4 blocks behind.')
    expect(textOf({ maxStallMs: 42_000 })).toBe('node: had no new block for up to 42.0 s: its head stalled.')
    expect(textOf({ maxHeadLag: 4, falseHead: true })).toBe(
      'node: reported a newest block that it did not have.',
    )
  })

  it('advises to remove an endpoint whose head is its only problem', () => {
    for (const head of [{ maxHeadLag: 40 }, { falseHead: true }, { maxStallMs: 42_000 }]) {
      expect(findings({ node: head, other: {} })[0]?.hint).toMatch(/^Remove it/)
      expect(findings({ node: head, other: { openMs: 500 } })[0]?.hint).toContain('Add RPC endpoints')
    }
  })

  it('reports the configured rate, and advises to raise it', () => {
    expect(textOf({ tokenWaitMs: 10_000 })).toBeUndefined()
    const [finding] = findings({ node: { tokenWaitMs: 20_000 } })
    expect(finding?.text).toContain('calls waited 20.0 s in total because of --rpc-rate')
    expect(finding?.hint).toBe('Raise --rpc-rate, or add endpoints.')
    expect(findings({ node: { tokenWaitMs: 20_000, openMs: 500 } })[0]?.hint).toContain('Add RPC endpoints')
  })

  it('names the endpoint that cost the most time first', () => {
    const [finding, ...others] = findings({
      short: { rateLimited: 1, failed: 1, pausedMs: 500 },
      none: {},
      long: { openMs: 60_000, failed: 5 },
    })
    expect(others).toEqual([])
    expect(finding).toMatchObject({ title: 'RPC limits', tone: 'warn' })
    expect(finding?.text).toMatch(
      /^long: got no calls for .* after consecutive failures\. short: rate-limited 1 call /,
    )
    expect(finding?.text).not.toContain('none')
  })

  it('names the caller if the API server reports its own endpoints', () => {
    expect(findings({ node: { falseHead: true } }, { node: { openMs: 500 } })[0]?.text).toBe(
      'node (API server): got no calls for 500 ms after consecutive failures. node (generator): reported a newest block that it did not have.',
    )
    expect(findings({ node: {} }, { node: {} })).toEqual([])
  })
})
