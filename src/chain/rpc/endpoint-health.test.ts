import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEndpointHealth } from './endpoint-health.ts'

const options = { failuresToOpen: 3, openMs: 100, maxOpenMs: 400, pauseMs: 50, maxPauseMs: 1000 }

describe('the circuit of an endpoint', () => {
  it('opens after failures in a row, and not before', () => {
    const health = createEndpointHealth(options)
    health.onUnreachable(0)
    health.onUnreachable(0)
    expect(health.state(0)).toBe('closed')
    health.onAnswer(0)
    health.onUnreachable(0)
    health.onUnreachable(0)
    expect(health.tryAcquire(0)).toBe(true)
    health.onUnreachable(0)
    expect(health.state(0)).toBe('open')
    expect(health.tryAcquire(99)).toBe(false)
  })

  it('lets one probe through after its time, and closes when that is answered', () => {
    const health = createEndpointHealth(options)
    for (let i = 0; i < 3; i += 1) health.onUnreachable(0)
    expect(health.state(100)).toBe('half-open')
    expect([health.tryAcquire(100), health.tryAcquire(100)]).toEqual([true, false])
    health.onAnswer(100)
    expect([health.tryAcquire(100), health.tryAcquire(100)]).toEqual([true, true])
  })

  it('stays open twice as long after each failed probe, up to the longest time', () => {
    const health = createEndpointHealth(options)
    for (let i = 0; i < 3; i += 1) health.onUnreachable(0)
    let nowMs = 0
    for (const openMs of [100, 200, 400, 400]) {
      expect(health.tryAcquire(nowMs + openMs - 1)).toBe(false)
      nowMs += openMs
      expect(health.tryAcquire(nowMs)).toBe(true)
      health.onUnreachable(nowMs)
    }
  })

  it('does not stay open longer because of stragglers that fail while it is open', () => {
    const health = createEndpointHealth(options)
    for (let i = 0; i < 20; i += 1) health.onUnreachable(0)
    expect(health.tryAcquire(100)).toBe(true)
  })

  it('lets another probe through when the first was given up', () => {
    const health = createEndpointHealth(options)
    for (let i = 0; i < 3; i += 1) health.onUnreachable(0)
    health.tryAcquire(100)
    health.onAbandoned()
    expect(health.tryAcquire(100)).toBe(true)
  })

  it('knows for how long it was open and paused in all', () => {
    const health = createEndpointHealth(options)
    for (let i = 0; i < 3; i += 1) health.onUnreachable(10)
    expect(health.lost(60)).toEqual({ openMs: 50, pausedMs: 0 })
    health.onAnswer(110)
    health.onRateLimited(200, 100)
    // Answers to what was already on its way extend the pause, they do not count it twice.
    health.onRateLimited(250, 100)
    expect(health.lost(300)).toEqual({ openMs: 100, pausedMs: 100 })
    expect(health.lost(1000)).toEqual({ openMs: 100, pausedMs: 150 })
  })

  it('never shuts an endpoint out for ever, whatever happens', () => {
    const event = fc.constantFrom('answer', 'unreachable', 'limited', 'abandoned', 'acquire', 'wait')
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const health = createEndpointHealth(options)
        let nowMs = 0
        for (const name of events) {
          if (name === 'answer') health.onAnswer(nowMs)
          else if (name === 'unreachable') health.onUnreachable(nowMs)
          else if (name === 'limited') health.onRateLimited(nowMs, undefined)
          else if (name === 'abandoned') health.onAbandoned()
          else if (name === 'acquire') health.tryAcquire(nowMs)
          else nowMs += 30
        }
        // A probe in flight ends one way or another.
        health.onAbandoned()
        expect(health.tryAcquire(nowMs + options.maxOpenMs + options.maxPauseMs)).toBe(true)
      }),
    )
  })
})

describe('the pause of an endpoint', () => {
  it('is as long as the endpoint asks for, up to the longest', () => {
    const health = createEndpointHealth(options)
    health.onRateLimited(0, 300)
    expect([health.state(299), health.tryAcquire(299), health.tryAcquire(300)]).toEqual([
      'paused',
      false,
      true,
    ])
    health.onRateLimited(300, 1e9)
    expect(health.pauseMs(300)).toBe(1000)
  })

  it('grows while the endpoint goes on refusing, but not by refusals of requests sent before it', () => {
    const health = createEndpointHealth(options)
    for (let i = 0; i < 10; i += 1) health.onRateLimited(0, undefined)
    expect(health.pauseMs(0)).toBe(100)
    health.onRateLimited(100, undefined)
    expect(health.pauseMs(100)).toBe(100)
    health.onRateLimited(200, undefined)
    expect(health.pauseMs(200)).toBe(200)
    health.onAnswer(0)
    health.onRateLimited(500, undefined)
    expect(health.pauseMs(500)).toBe(50)
  })
})
