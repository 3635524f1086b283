import { expect, it } from 'vitest'
import { startResourceSampler } from './resources.ts'

it('measures CPU time between two samples and adds up the totals', () => {
  const sampler = startResourceSampler()
  try {
    const before = sampler.sample()
    const spent = process.cpuUsage().user
    while (process.cpuUsage().user - spent < 50_000) Math.hypot(Math.random(), Math.random())
    const after = sampler.sample()
    expect(after.cpuMs - before.cpuMs).toBeGreaterThanOrEqual(49)
    expect(after.cpuCores).toBeGreaterThan(0)
    expect(sampler.totals().cpuMs).toBe(after.cpuMs)
    expect(sampler.totals().rssPeakBytes).toBeGreaterThanOrEqual(after.rssBytes)
    expect(sampler.totals().cpuCoresPeak).toBeGreaterThanOrEqual(sampler.totals().cpuCoresMean)
    expect(sampler.totals().cores).toBeGreaterThan(0)
  } finally {
    sampler.stop()
  }
})

it('reports a blocked event loop as delay in the sample and in the totals', async () => {
  const sampler = startResourceSampler()
  const turn = () => new Promise((resolve) => setTimeout(resolve, 30))
  try {
    await turn()
    const spent = process.cpuUsage().user
    while (process.cpuUsage().user - spent < 80_000) Math.hypot(Math.random(), Math.random())
    await turn()
    const blocked = sampler.sample()
    expect(blocked.eventLoopDelayMs.max).toBeGreaterThanOrEqual(40)
    await turn()
    sampler.sample()
    expect(sampler.totals().eventLoopDelayMs.max).toBe(blocked.eventLoopDelayMs.max)
  } finally {
    sampler.stop()
  }
})
