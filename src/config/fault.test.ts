import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultPlaces, formatFault, parseFault } from './fault.ts'
import { fault } from './kinds/fault.ts'

describe('a fault', () => {
  it.each([
    ['rpc:send-error=10%', { place: 'rpc', kind: 'send-error', share: 0.1 }],
    ['RPC:Stuck-TX=0.02', { place: 'rpc', kind: 'stuck-tx', share: 0.02 }],
    ['storage:latency=200ms', { place: 'storage', kind: 'latency', durationMs: 200 }],
    ['personal-server:jitter=1s', { place: 'personal-server', kind: 'jitter', durationMs: 1000 }],
    ['api-server:429=5%', { place: 'api-server', kind: '429', share: 0.05 }],
    ['api-server:502=5%', { place: 'api-server', kind: '502', share: 0.05 }],
    [
      'personal-server:restart=3s/1m',
      { place: 'personal-server', kind: 'restart', downMs: 3000, everyMs: 60_000 },
    ],
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
    'rpc:reorg=2/30d',
    'rpc:501=1%',
    'storage:restart=3s',
    'storage:restart=1m/3s',
    'storage:restart=1ms/3s',
    'storage:restart=3s/30d',
  ])('is refused: %s', (text) => {
    expect(fault.read(text)).toBeUndefined()
  })

  it('of a restart reads the same again as it is written', () => {
    const times = fc.tuple(fc.integer({ min: 10, max: 900_000 }), fc.integer({ min: 1, max: 900_000 }))
    fc.assert(
      fc.property(fc.constantFrom(...faultPlaces), times, (place, [downMs, upMs]) => {
        const restart = { place, kind: 'restart', downMs, everyMs: Math.max(1000, downMs + upMs) } as const
        expect(parseFault(formatFault(restart))).toEqual(restart)
      }),
    )
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
