import { describe, expect, it } from 'vitest'
import { makeRun, overloaded } from '../../../test/report/realistic-run.ts'
import { createLiveRun, type LiveRun, resultOf } from '../live-run.ts'
import type { LiveState, LiveWhole } from '../live-state.ts'
import { createLivePage } from './live-page.ts'

const hostile = `"'><img src=x onerror=alert(1)></script><!--`
const { snapshots, summary } = makeRun({
  ...overloaded,
  embedded: true,
  users: 120,
  failureShare: 0.2,
  errorText: hostile,
})
const overTheWire = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value))

const begin = (): LiveRun =>
  createLiveRun({
    tool: { name: 'vana-load', version: '1.2.3' },
    asked: { preset: 'burst', target: hostile, seed: '1', users: 120 },
    thresholds: overloaded.thresholds,
    now: () => 5000,
  })

const drawn = (whole: LiveWhole, states: LiveState[] = []) => {
  const page = createLivePage()
  page.whole(overTheWire(whole))
  for (const state of states) page.state(overTheWire(state))
  return page.draw()
}

describe('createLivePage', () => {
  it('shows the current step before the first user', () => {
    const live = begin()
    live.note('funding the first users')
    const { title, parts } = drawn(live.whole())
    expect(title).toMatch(/^Getting ready/)
    expect(parts.status).toContain('funding the first users')
    expect(parts.messages).toContain('<time>00:00</time>')
    expect(parts.time).toBe('')
  })

  it('shows the same to pages opened at the start and later', () => {
    const live = begin()
    const early = live.whole()
    const states = snapshots.map((snapshot) => {
      live.update(snapshot)
      return live.state()
    })
    // An event may arrive twice, if a page gets the complete state between two.
    expect(
      drawn(
        early,
        states.flatMap((state) => [state, state]),
      ),
    ).toEqual(drawn(live.whole()))
  })

  it('has charts, steps, errors with hints, thresholds, endpoints and money', () => {
    const live = begin()
    for (const snapshot of snapshots) {
      live.update({
        ...snapshot,
        spending: { spentWei: '1500000000000000000', capWei: '6000000000000000000' },
      })
    }
    const { parts } = drawn(live.whole())
    for (const id of ['outcomes', 'latency', 'steps', 'errors', 'component-cpu', 'lag', 'rpc']) {
      expect(parts.time).toContain(`data-chart="${id}"`)
    }
    for (const error of summary.errors) expect(parts.now).toContain(error.code)
    expect(parts.now).toContain('passing')
    expect(parts.now).toContain('1.5 VANA')
    expect(parts.details).toContain('6 VANA (25% used)')
    expect(parts.details).toContain('circuit breaker')
  })

  it('ends with the verdict of the report', () => {
    const live = begin()
    for (const snapshot of snapshots) live.update(snapshot)
    const result = resultOf(summary, '/results/x/report.html', [])
    live.end(result)
    live.note('too late')
    const { title, parts } = drawn(live.whole())
    expect(title).toContain(result.headline)
    expect(parts.status).toContain('<code>/results/x/report.html</code>')
    expect(parts.status).toContain('exit code')
    expect(parts.messages).not.toContain('too late')
  })

  it('lists the rates of a search', () => {
    const live = begin()
    live.searchStep('2/s, next rate')
    live.searchStepEnded({ held: true, text: '2.00/s holds' })
    live.searchStep('4/s, next rate')
    const { parts } = drawn(live.whole())
    expect(parts.search).toMatch(/holds<\/span>.*2\.00\/s holds.*running<\/span>.*4\/s, next rate/s)
  })

  it('escapes every text', () => {
    const live = begin()
    live.note(hostile)
    live.searchStep(hostile)
    for (const snapshot of snapshots) live.update(snapshot)
    const html = Object.values(drawn(live.whole()).parts).join('')
    expect(html).toContain('&lt;img')
    expect(html).not.toContain('<img')
    expect(html.match(/<\/script>/g)).toHaveLength(1)
  })
})
