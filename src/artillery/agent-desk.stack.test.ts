import { afterEach, describe, expect, it } from 'vitest'
import type { FlowRecord } from '../flow/flow-record.ts'
import { openAgentDesk } from './agent-desk.ts'
import { askFlow } from './talk-to-agent.ts'

let close: (() => Promise<void>) | undefined
afterEach(async () => {
  await close?.()
  close = undefined
})

async function openDesk(users: number) {
  let url = ''
  const desk = await openAgentDesk({
    form: 'users',
    config: { users, load: { part: { index: 0, count: 1 } } } as Parameters<
      typeof openAgentDesk
    >[0]['config'],
    redact: (text) => text,
    onReady: (ready) => {
      url = ready
    },
  })
  close = () => desk.close()
  void desk.conductor.ready()
  return { desk, ask: () => askFlow(url) }
}

const record = (index: number, parts: Partial<FlowRecord>): FlowRecord =>
  ({ index, startedMs: null, endedMs: 0, steps: [], ...parts }) as unknown as FlowRecord

describe('when Artillery stops', () => {
  it('later users get their outcome, and never a configuration error', async () => {
    const { desk, ask } = await openDesk(3)
    const stop = new AbortController()
    const arrivals = desk.conductor.arrivals?.(() => 0, stop.signal)[Symbol.asyncIterator]()
    const first = ask()
    expect((await arrivals?.next())?.value).toMatchObject({ index: 0 })
    stop.abort()
    // The rest of the load arrives when the signal aborts, and is dropped.
    for (const index of [1, 2]) {
      expect((await arrivals?.next())?.value).toMatchObject({ index })
      desk.conductor.ended?.(record(index, { outcome: 'dropped', droppedBecause: 'interrupted' }))
    }
    desk.conductor.ended?.(record(0, { outcome: 'aborted' }))
    expect(await first).toMatchObject({ failure: { code: 'ABORTED' }, counters: { vana_flows_aborted: 1 } })
    for (let i = 0; i < 2; i += 1) {
      expect(await ask()).toMatchObject({
        failure: { code: 'DROPPED_INTERRUPTED' },
        counters: { vana_flows_ended: 1, vana_flows_dropped: 1 },
      })
    }
    expect(await ask()).toMatchObject({ failure: { code: 'CONFIG_INVALID' } })
  })

  it('a user who still waits when the run is over counts as aborted', async () => {
    const { desk, ask } = await openDesk(1)
    const waiting = ask()
    await expect.poll(() => desk.isBusy() && desk.conductor.arrivals !== undefined).toBe(true)
    const arrivals = desk.conductor.arrivals?.(() => 0, new AbortController().signal)[Symbol.asyncIterator]()
    await arrivals?.next()
    await desk.close()
    close = undefined
    expect(await waiting).toMatchObject({ failure: { code: 'ABORTED' }, counters: { vana_flows_ended: 0 } })
  })
})
