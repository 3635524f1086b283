import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { createTerminalView } from '../../src/report/terminal.ts'
import { renderPanel } from '../../src/report/terminal-panel.ts'
import { renderResult } from '../../src/report/terminal-result.ts'
import { colorsFor, printable, visibleLength, wrap } from '../../src/report/terminal-text.ts'
import type { RunSnapshot } from '../../src/results/snapshot-schema.ts'
import { makeRun, overloaded } from './realistic-run.ts'

const made = makeRun({
  ...overloaded,
  users: 300,
  serverSlots: 10,
  incident: { fromMs: 20_000, forMs: 20_000 },
})
const none = pc.createColors(false)
const all = pc.createColors(true)
const at = (index: number): RunSnapshot => {
  const snapshot = made.snapshots.at(index)
  if (snapshot === undefined) throw new Error('no such second')
  return snapshot
}

/** A stream that keeps what is written to it. */
function fakeStream(options: { isTTY?: boolean; columns?: number; rows?: number }) {
  const written: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk))
      done()
    },
  })
  return {
    stream: Object.assign(stream, options) as unknown as NodeJS.WriteStream,
    text: () => written.join(''),
  }
}

const controlStart = '\u001b'

describe('the panel', () => {
  it('fits any terminal at any time of the run', () => {
    const size = fc.record({
      columns: fc.integer({ min: 40, max: 200 }),
      rows: fc.integer({ min: 14, max: 70 }),
    })
    fc.assert(
      fc.property(
        size,
        fc.nat(made.snapshots.length - 1),
        fc.boolean(),
        ({ columns, rows }, index, colored) => {
          const lines = renderPanel(at(index), { columns, rows, colors: colored ? all : none }).split('\n')
          for (const line of lines) expect(visibleLength(line)).toBeLessThan(columns)
          expect(lines.length).toBeLessThan(Math.max(rows, 15))
        },
      ),
    )
  })

  it('has no control characters without colors', () => {
    expect(renderPanel(at(-1), { columns: 80, rows: 50, colors: none })).not.toContain(controlStart)
  })

  it('shows the same text with and without colors', () => {
    const size = { columns: 100, rows: 50 }
    expect(stripVTControlCharacters(renderPanel(at(60), { ...size, colors: all }))).toBe(
      renderPanel(at(60), { ...size, colors: none }),
    )
  })

  it('shows every step if they fit, otherwise the longest', () => {
    const tall = renderPanel(at(-1), { columns: 100, rows: 60, colors: none })
    expect(tall).toMatch(/^data .*^seal .*^result /ms)
    const short = renderPanel(at(-1), { columns: 100, rows: 20, colors: none })
    expect(short).toMatch(/^result /m)
    expect(short).not.toMatch(/^seal /m)
  })

  it('shows 100% only once every user has ended', () => {
    const almost = at(-1)
    const users = {
      ...almost.users,
      planned: 100_000,
      succeeded: 99_999,
      failed: 0,
      timedOut: 0,
      dropped: 0,
      aborted: 0,
      degraded: 0,
    }
    expect(renderPanel({ ...almost, users }, { columns: 100, rows: 40, colors: none })).toContain(' 99%')
  })
})

describe('the view', () => {
  it('redraws the panel on a terminal', () => {
    const { stream, text } = fakeStream({ isTTY: true, columns: 100, rows: 40 })
    const view = createTerminalView(stream, { TERM: 'xterm' })
    view.update(at(10))
    view.update(at(20))
    view.close()
    expect(text()).toContain(`${controlStart}[`)
    expect(stripVTControlCharacters(text())).toContain('00:21')
  })

  it('treats a terminal of unknown size, reported as 0, like one of 80 by 24', () => {
    const shown = (size: { columns: number; rows: number }): string => {
      const { stream, text } = fakeStream({ isTTY: true, ...size })
      const view = createTerminalView(stream, { TERM: 'xterm' })
      view.note('a note that is longer than 16 columns')
      view.update(at(20))
      view.finish(made.summary, null)
      return text()
    }
    expect(shown({ columns: 0, rows: 0 })).toBe(shown({ columns: 80, rows: 24 }))
  })

  it('draws without colors with NO_COLOR', () => {
    const { stream, text } = fakeStream({ isTTY: true, columns: 100, rows: 40 })
    const view = createTerminalView(stream, { TERM: 'xterm', NO_COLOR: '1' })
    view.update(at(20))
    view.finish(made.summary, null)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour is a control sequence.
    expect(text()).not.toMatch(/\u001b\[[\d;]*m/)
  })

  it.each([
    ['without a terminal', {}, {}],
    ['on a dumb terminal', { isTTY: true }, { TERM: 'dumb' }],
  ])(
    '%s writes a line every five seconds and at each change of phase, without control characters',
    (_name, tty, env) => {
      const { stream, text } = fakeStream(tty)
      const view = createTerminalView(stream, env)
      for (const snapshot of made.snapshots) view.update(snapshot)
      view.note('Interrupted')
      view.finish(made.summary, 'results/1/report.html')
      view.close()
      const lines = text()
        .split('\n')
        .filter((line) => /^\d\d:\d\d /.test(line))
      const phases = new Set(made.snapshots.map(({ phase }) => phase)).size
      const expected = made.snapshots.length / 5
      expect(lines.length).toBeGreaterThanOrEqual(Math.floor(expected))
      expect(lines.length).toBeLessThanOrEqual(Math.ceil(expected) + phases)
      expect(lines.filter((line) => line.includes(' finish: ')).length).toBeGreaterThan(0)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be written into logs.
      expect(text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/)
      expect(text()).toContain('results/1/report.html')
    },
  )

  it('writes a change of phase at once', () => {
    const { stream, text } = fakeStream({})
    const view = createTerminalView(stream, {})
    const second = (elapsedMs: number, phase: string) => view.update({ ...at(0), elapsedMs, phase })
    second(1000, 'ramp-up')
    second(2000, 'sustain')
    second(3000, 'sustain')
    second(5000, 'sustain')
    expect(text().match(/^\d\d:\d\d [a-z-]+/gm)).toEqual(['00:01 ramp-up', '00:02 sustain', '00:05 sustain'])
  })

  it('uses colors with FORCE_COLOR unless NO_COLOR is set', () => {
    expect(colorsFor({}, { FORCE_COLOR: '1' }).isColorSupported).toBe(true)
    expect(colorsFor({ isTTY: true }, { FORCE_COLOR: '1', NO_COLOR: '1' }).isColorSupported).toBe(false)
    expect(colorsFor({ isTTY: true }, { NO_COLOR: '' }).isColorSupported).toBe(true)
    expect(colorsFor({}, {}).isColorSupported).toBe(false)
  })
})

describe('the result', () => {
  const result = (columns: number) =>
    renderResult(made.summary, { columns, colors: none, reportPath: 'r/report.html' })

  it('shows the verdict first, then every threshold, and the path of the report last', () => {
    const lines = result(100).trimEnd().split('\n')
    expect(lines[2]).toMatch(/^✖ Failed with 300 users/)
    for (const { expression } of made.summary.thresholds) expect(result(100)).toContain(expression)
    expect(lines.at(-1)).toMatch(/Report +r\/report\.html/)
  })

  it('keeps a long path of the report whole, so that it can be copied', () => {
    const reportPath = `/home/someone/projects/${'load-tests/'.repeat(8)}report.html`
    const shown = renderResult(made.summary, { columns: 80, colors: none, reportPath })
    expect(shown).toContain(`  Report\n  ${reportPath}\n`)
  })

  it('fits the width', () => {
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 200 }), (columns) => {
        for (const line of result(columns).split('\n'))
          expect(line.length).toBeLessThan(Math.max(columns, 60))
      }),
    )
  })

  it('contains no control sequence from outside', () => {
    const [error] = made.summary.errors
    if (error === undefined) throw new Error('expected an error')
    const hostile = `${controlStart}]0;owned\u0007${controlStart}[2J\u009b31m\rgone\u202e`
    const summary = {
      ...made.summary,
      problems: [{ code: 'INTERNAL', message: hostile }],
      errors: [{ ...error, hint: hostile }],
      run: { ...made.summary.run, stopped: { reason: 'error' as const, message: hostile } },
    }
    const shown = renderResult(summary, { columns: 80, colors: none, reportPath: hostile }).replaceAll(
      '\n',
      '',
    )
    expect(shown).toMatch(/INTERNAL +gone/)
    expect(shown).not.toMatch(/\p{Control}|\u202e/u)
  })
})

describe('texts', () => {
  it('wrap without losing a word or exceeding the width', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(words, fc.integer({ min: 5, max: 60 }), (list, width) => {
        const lines = wrap(list.join(' '), width)
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
        expect(lines.join('').replaceAll(' ', '')).toBe(list.join(''))
      }),
    )
  })

  it('contain no control character once printable', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/\p{Control}/u)
      }),
    )
  })
})
