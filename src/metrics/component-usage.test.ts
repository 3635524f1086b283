import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type ComponentReading, createComponentUsage } from './component-usage.ts'

const reading = (change: Partial<ComponentReading> = {}): ComponentReading => ({
  cpuMs: null,
  rssBytes: null,
  busy: null,
  queueDepth: null,
  ...change,
})

it('reports the CPU time of each component, as a share of one core since the first reading', () => {
  const usage = createComponentUsage()
  usage.observe(5000, { chain: reading({ cpuMs: 700 }), storage: reading({ cpuMs: 40 }) })
  usage.observe(6000, { chain: reading({ cpuMs: 1500 }), storage: reading({ cpuMs: 90 }) })
  usage.observe(7000, { chain: reading({ cpuMs: 1700 }), storage: reading({ cpuMs: 90 }) })
  expect(usage.totals()).toMatchObject({
    chain: { cpuMs: 1000, cpuShare: 0.5, cpuSharePeak: 0.8 },
    storage: { cpuMs: 50, cpuShare: 0.025, cpuSharePeak: 0.05 },
  })
})

it('takes the use since the previous call', () => {
  const usage = createComponentUsage()
  usage.observe(0, { server: reading({ cpuMs: 0, busy: { used: 0, of: 0 }, queueDepth: 0 }) })
  usage.observe(1000, { server: reading({ cpuMs: 400, busy: { used: 600, of: 1000 }, queueDepth: 2 }) })
  expect(usage.take()).toEqual({
    server: { cpuShare: 0.4, rssBytes: null, busyShare: 0.6, queueDepth: 2 },
  })
  usage.observe(2000, { server: reading({ cpuMs: 500, busy: { used: 1600, of: 2000 }, queueDepth: 7 }) })
  expect(usage.take().server).toMatchObject({ cpuShare: 0.1, busyShare: 1, queueDepth: 7 })
  expect(usage.totals().server).toMatchObject({
    busyShare: 0.8,
    busySharePeak: 1,
    queueDepthMean: 3,
    queueDepthMax: 7,
  })
})

it('reports null, not 0, for what a component does not report', () => {
  const usage = createComponentUsage()
  usage.observe(0, { chain: reading({ cpuMs: 1 }) })
  usage.observe(1000, { chain: reading({ cpuMs: 2 }) })
  expect(usage.totals().chain).toMatchObject({ rssPeakBytes: null, busyShare: null, queueDepthMax: null })
  expect(createComponentUsage().totals()).toEqual({})
})

it('adds up to the total however often it is taken', () => {
  const steps = fc.array(
    fc.record({ ms: fc.integer({ min: 1, max: 3000 }), cpuMs: fc.nat(3000), take: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 50,
    },
  )
  fc.assert(
    fc.property(steps, (all) => {
      const usage = createComponentUsage()
      let atMs = 0
      let cpuMs = 0
      let lastTakenMs = 0
      let takenCpuMs = 0
      const take = () => {
        takenCpuMs += (usage.take().part?.cpuShare ?? 0) * (atMs - lastTakenMs)
        lastTakenMs = atMs
      }
      usage.observe(0, { part: reading({ cpuMs: 0 }) })
      for (const step of all) {
        atMs += step.ms
        cpuMs += step.cpuMs
        usage.observe(atMs, { part: reading({ cpuMs }) })
        if (step.take) take()
      }
      take()
      expect(takenCpuMs).toBeCloseTo(cpuMs, 6)
      expect(usage.totals().part?.cpuMs).toBe(cpuMs)
    }),
  )
})

it('counts from 0 for a restarted component, never below', () => {
  const usage = createComponentUsage()
  usage.observe(0, { part: reading({ cpuMs: 900 }) })
  usage.observe(1000, { part: reading({ cpuMs: 10 }) })
  expect(usage.totals().part).toMatchObject({ cpuMs: 0, cpuShare: 0 })
})
