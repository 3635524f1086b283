import type { Writable } from 'node:stream'
import { createLogUpdate } from 'log-update'

/** A line that is written over and over on a terminal, and one line after another elsewhere. */
export type StatusLine = {
  /** Writes a line that stays. */
  note(text: string): void
  show(text: string): void
  close(): void
}

/** Opens a status line on a stream. */
export function openStatusLine(stream: Writable): StatusLine {
  const writeLine = (text: string): void => {
    stream.write(`${text}\n`)
  }
  if (!('isTTY' in stream && stream.isTTY)) return { note: writeLine, show: writeLine, close: () => {} }
  const update = createLogUpdate(stream as NodeJS.WriteStream)
  return { note: writeLine, show: (text) => update(text), close: () => update.done() }
}
