import { describe, expect, it } from 'vitest'
import type { StepName } from '../flow/steps.ts'
import { createRedactor } from '../redaction/redact.ts'
import { componentLoads, findBottleneck } from './find-bottleneck.ts'
import type { Component, Measurements } from './measurements-schema.ts'
import { createRunRecorder } from './run-recorder.ts'

const unknownUse: Component = {
  cpuMs: null,
  cpuMsPerFlow: null,
  cpuShare: null,
  cpuSharePeak: null,
  rssPeakBytes: null,
  busyShare: null,
  busySharePeak: null,
  queueDepthMean: null,
  queueDepthMax: null,
}

function measured(
  steps: Partial<Record<StepName, number>>,
  components: Record<string, Partial<Component>> = {},
): Measurements {
  const recorder = createRunRecorder({
    run: { id: 'r', preset: null, target: 'local', seed: 1, startedAt: '2026-08-01T00:00:00.000Z' },
    planned: 1,
    redact: createRedactor(),
    resources: null,
  })
  recorder.replay({
    index: 0,
    wallet: null,
    dueMs: 0,
    startedMs: 0,
    endedMs: 10,
    outcome: 'succeeded',
    steps,
    tx: null,
    verified: null,
    error: null,
    droppedBecause: null,
  })
  const filled = Object.entries(components).map(([name, use]) => [name, { ...unknownUse, ...use }])
  return { ...recorder.measurements(), components: Object.fromEntries(filled) }
}

describe('componentLoads', () => {
  it('reports the highest utilisation of each component, the highest first', () => {
    const components = {
      chain: { cpuShare: 0.5, busyShare: 0.3 },
      personalServer: { cpuShare: 0.4, busyShare: 0.95 },
      model: {},
    }
    expect(componentLoads(measured({}, components))).toEqual([
      { name: 'personalServer', share: 0.95, of: 'busy' },
      { name: 'chain', share: 0.5, of: 'cpu' },
    ])
  })
})

describe('findBottleneck', () => {
  const held = measured({ upload: 100, confirm: 900, result: 1000 }, { personalServer: { busyShare: 0.4 } })

  it('is clear if the steps of a component got slower and it is at its limit', () => {
    const broke = measured(
      { upload: 150, confirm: 950, result: 9000 },
      { personalServer: { busyShare: 0.99 } },
    )
    expect(findBottleneck(held, broke, 'direct')).toMatchObject({
      component: 'personalServer',
      certainty: 'clear',
      load: { share: 0.99, of: 'busy' },
    })
  })

  it('is likely if only one of the two points there', () => {
    const slower = measured(
      { upload: 4000, confirm: 900, result: 1000 },
      { personalServer: { busyShare: 0.5 } },
    )
    expect(findBottleneck(held, slower, 'direct')).toMatchObject({
      component: 'storage',
      certainty: 'likely',
    })
    const fuller = measured({ upload: 100, confirm: 900, result: 1000 }, { chain: { busyShare: 0.98 } })
    expect(findBottleneck(held, fuller, 'direct')).toMatchObject({
      component: 'chain',
      certainty: 'likely',
      growthShare: null,
    })
  })

  it('is open if nothing got slower and nothing is at its limit', () => {
    expect(findBottleneck(held, held, 'direct')).toMatchObject({ component: null, certainty: 'open' })
  })

  it('assigns submission to the chain, or to the API server if it is relayed', () => {
    const broke = measured({ upload: 100, submit: 8000, confirm: 900, result: 1000 })
    expect(findBottleneck(held, broke, 'direct').component).toBe('chain')
    expect(findBottleneck(held, broke, 'relayed').component).toBe('apiServer')
  })
})
