import { closeSync } from 'node:fs'
import { isatty } from 'node:tty'

const standardStreams = [0, 1, 2]

/**
 * Lets the process exit with its own exit code after its terminal is gone.
 *
 * At its very end Node.js restores the settings of every terminal among the standard streams, and aborts with a core dump
 * where that fails; it leaves out streams that were closed.
 */
export function closeLostTerminalAtExit(): void {
  const terminals = standardStreams.filter((stream) => isatty(stream))
  if (terminals.length === 0) return
  process.once('exit', () => {
    for (const stream of terminals) {
      if (isatty(stream)) continue
      try {
        closeSync(stream)
      } catch {
        // It was closed already.
      }
    }
  })
}
