import type { Writable } from 'node:stream'

/** A stream that may be a terminal. */
export type OutputStream = Writable & { isTTY?: boolean; columns?: number }

/** What a command has of the world. */
export type CommandIo = {
  /** For what was asked for: with `--json` one document and nothing else. */
  stdout: OutputStream
  /** For people. */
  stderr: OutputStream
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  /** Aborted at the first SIGINT or SIGTERM: begin nothing new, end what is at work, write results. */
  signal: AbortSignal
  /** Aborted at the second: stop at once, write what there is. */
  forced: AbortSignal
}

/**
 * Makes the world of this process, and turns its signals into abort signals. A third signal ends the process as it is.
 *
 * @returns the world, and a function that gives the signals back
 */
export function openProcessIo(): { io: CommandIo; close: () => void } {
  const graceful = new AbortController()
  const forced = new AbortController()
  const onSignal = (): void => {
    if (forced.signal.aborted) process.exit(130)
    ;(graceful.signal.aborted ? forced : graceful).abort()
  }
  // Whoever reads us may have read enough, as `| head` has.
  const onBrokenPipe = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error
    graceful.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  process.stdout.on('error', onBrokenPipe)
  process.stderr.on('error', onBrokenPipe)
  return {
    io: {
      stdout: process.stdout,
      stderr: process.stderr,
      env: process.env,
      cwd: process.cwd(),
      signal: graceful.signal,
      forced: forced.signal,
    },
    close: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
