import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatFault, parseFault } from './fault.ts'
import { fault } from './kinds/fault.ts'

describe('a fault', () => {
  it.each([
    ['rpc:send-error=10%', { place: 'rpc', kind: 'send-error', share: 0.1 }],
    ['RPC:Stuck-TX=0.02', { place: 'rpc', kind: 'stuck-tx', share: 0.02 }],
    ['storage:latency=200ms', { place: 'storage', kind: 'latency', durationMs: 200 }],
    ['personal-server:jitter=1s', { place: 'personal-server', kind: 'jitter', durationMs: 1000 }],
    ['api-server:429=5%', { place: 'api-server', kind: '429', share: 0.05 }],
    ['rpc:reorg=2/30s', { place: 'rpc', kind: 'reorg', depth: 2, everyMs: 30_000 }],
  ])('is read: %s', (text, expected) => {
    expect(parseFault(text)).toEqual(expected)
  })

  it.each([
    'send-error=10%',
    'chain:reset=1%',
    'rpc:explode=1%',
    'rpc:reset=101%',
    'rpc:reset=-1%',
    'rpc:latency=5%',
    'rpc:latency=2h',
    'storage:send-error=10%',
    'storage:reorg=2/30s',
    'rpc:reorg=9/30s',
    'rpc:reorg=2',
    'rpc:reorg=2/1ms',
  ])('is refused, with what is allowed: %s', (text) => {
    const { success, error } = fault.schema.safeParse(text)
    expect(success).toBe(false)
    expect(error?.issues[0]?.message).toContain('send-error')
  })

  it('reads the same again as it is written', () => {
    const share = fc.integer({ min: 0, max: 1000 }).map((mille) => mille / 1000)
    fc.assert(
      fc.property(fc.constantFrom('send-error', 'reset', '429'), share, (kind, amount) => {
        const parsed = parseFault(`rpc:${kind}=${amount}`)
        expect(parsed && parseFault(formatFault(parsed))).toEqual(parsed)
      }),
    )
  })
})
