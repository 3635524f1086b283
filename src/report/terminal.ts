import { createLogUpdate } from 'log-update'
import type { RunSnapshot } from '../results/snapshot-schema.ts'
import type { Summary } from '../results/summary-schema.ts'
import { renderLine } from './terminal-line.ts'
import { renderPanel } from './terminal-panel.ts'
import { renderResult } from './terminal-result.ts'
import { colorsFor, columnsOf, printable, type TerminalEnvironment } from './terminal-text.ts'
import type { TimelinePoint } from './timeline-point.ts'

/** Time between two lines without a terminal, in milliseconds of the run. */
const lineEveryMs = 5000

/** Shows a run in progress. */
export type TerminalView = {
  /** Shows the state of the run; call it once a second. */
  update(snapshot: RunSnapshot): void
  /** Writes a message that stays on the screen, such as that the run is stopping. */
  note(text: string): void
  /**
   * Keeps the last state and writes the result of the run and the path of its report, if there is one. With the points of
   * the timeline, which `writeReports` returns, the result also says what slowed down.
   */
  finish(summary: Summary, reportPath: string | null, points?: readonly TimelinePoint[]): void
  /** Ends drawing and leaves the terminal as it is. */
  close(): void
}

/**
 * Creates the view of a run: on a terminal a panel that is redrawn, otherwise a line every five seconds and at every change of
 * phase, without control characters.
 *
 * @param stream standard error; standard output is for results
 * @example const view = createTerminalView(process.stderr, process.env)
 */
export function createTerminalView(stream: NodeJS.WriteStream, env: TerminalEnvironment): TerminalView {
  const colors = colorsFor(stream, env)
  return stream.isTTY === true && env.TERM !== 'dumb' ? panelView() : lineView()

  function writeResult(summary: Summary, reportPath: string | null, points?: readonly TimelinePoint[]): void {
    const columns = columnsOf(stream)
    stream.write(renderResult(summary, { columns, colors, reportPath, points: points ?? [] }))
  }

  function panelView(): TerminalView {
    // The cursor stays visible: hiding it would require signal handlers to restore it.
    const sized = Object.create(stream, {
      columns: { get: () => columnsOf(stream) },
      rows: { get: () => stream.rows || 24 },
    }) as NodeJS.WriteStream
    const draw = createLogUpdate(sized, { showCursor: true })
    return {
      update(snapshot) {
        draw(renderPanel(snapshot, { columns: sized.columns, rows: sized.rows, colors }))
      },
      note: (text) => draw.persist(`${colors.yellow('!')} ${printable(text)}`),
      finish(summary, reportPath, points) {
        draw.done()
        writeResult(summary, reportPath, points)
      },
      close: () => draw.done(),
    }
  }

  function lineView(): TerminalView {
    let nextMs = 0
    let phase: string | null = null
    const write = (text: string) => stream.write(`${text}\n`)
    return {
      update(snapshot) {
        if (snapshot.elapsedMs < nextMs && snapshot.phase === phase) return
        nextMs = (Math.floor(snapshot.elapsedMs / lineEveryMs) + 1) * lineEveryMs
        phase = snapshot.phase
        write(renderLine(snapshot))
      },
      note: (text) => write(printable(text)),
      finish: writeResult,
      close() {},
    }
  }
}
