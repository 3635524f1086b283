import { createLogUpdate } from 'log-update'
import type { RunSnapshot } from '../results/snapshot-schema.ts'
import type { Summary } from '../results/summary-schema.ts'
import { renderLine } from './terminal-line.ts'
import { renderPanel } from './terminal-panel.ts'
import { renderResult } from './terminal-result.ts'
import { colorsFor, columnsOf, printable, type TerminalEnvironment } from './terminal-text.ts'
import type { TimelinePoint } from './timeline-points.ts'

/** Without a terminal, a line is written this often, in milliseconds of the run. */
const lineEveryMs = 5000

/** Shows a run to people while it goes. */
export type TerminalView = {
  /** Shows where the run stands; call it once a second. */
  update(snapshot: RunSnapshot): void
  /** Writes a message that stays, such as that the run is being stopped. */
  note(text: string): void
  /**
   * Leaves the last state standing and writes how the run came out, and where its report is, if any. With the points of
   * the timeline, which `writeReports` returns, it also says what slowed down.
   */
  finish(summary: Summary, reportPath: string | null, points?: readonly TimelinePoint[]): void
  /** Leaves the terminal as it is; after this nothing more is drawn. */
  close(): void
}

/**
 * Makes the view of a run: on a terminal a panel that is drawn over, otherwise a line every five seconds and at every
 * change of phase, without a single control character.
 *
 * @param stream standard error: standard output belongs to the results
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
    // The cursor stays visible: hiding it would need signal handlers to bring it back.
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
