import type { Writable } from 'node:stream'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { learnArguments, learnVariables, processRedactor } from '../../redaction/process-redactor.ts'
import { guardOutput } from './guarded-output.ts'
import { closeLostTerminalAtExit } from './lost-terminal.ts'

/** A stream that may be a terminal. */
export type OutputStream = Writable & { isTTY?: boolean; columns?: number }

/** What a command has of the world. */
export type CommandIo = {
  /** For what was asked for: with `--json` one document and nothing else. */
  stdout: OutputStream
  /** For people. */
  stderr: OutputStream
  /**
   * Prints text for another program on standard output as it is, with the keys that it needs: a target document, the address of an
   * Artillery agent. Whatever else is written is redacted.
   */
  printForProgram(text: string): void
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  /** Aborted at the first SIGINT, SIGTERM or SIGHUP: start nothing new, finish what is in flight, write results. */
  signal: AbortSignal
  /** Aborted at the second SIGINT or SIGTERM: stop at once, write what there is. */
  forced: AbortSignal
}

/** The world of a process, and how it is left. */
export type ProcessIo = {
  io: CommandIo
  /**
   * Waits for the output to be written, and gives the signals back.
   *
   * @param error what the command ended in, if it did
   * @returns the error to report: one that nobody caught, then one of the output, then the command's own
   */
  close(error?: unknown): Promise<unknown>
}

/** After an error that nobody caught, how long cleaning up may take before it is hurried, in milliseconds. */
const cleanupMs = 120_000
/** How long it may take after that, in milliseconds. */
const hurriedCleanupMs = 30_000

/**
 * Makes the world of this process: signals become abort signals, and whatever happens to the output or outside of any
 * function that could catch it lets the command clean up.
 *
 * | event                           | effect                                                  |
 * |---------------------------------|---------------------------------------------------------|
 * | SIGINT, SIGTERM                 | graceful, then forced, then the process exits with 130  |
 * | SIGHUP                          | graceful; again, no more: shells and kernels repeat it  |
 * | a pipe loses its reader (EPIPE) | graceful, as with `\| head`                             |
 * | stdout fails otherwise          | graceful; reported at the end                           |
 * | stderr fails otherwise          | nothing: a run goes on without its log                  |
 * | an error that nobody caught     | graceful, forced after 2 minutes, exit 1 half a minute later |
 */
export function openProcessIo(): ProcessIo {
  learnVariables(Object.entries(process.env))
  learnArguments(process.argv.slice(2))
  const graceful = new AbortController()
  const forced = new AbortController()
  let uncaught: { error: unknown } | null = null
  const onSignal = (): void => {
    if (forced.signal.aborted) process.exit(130)
    ;(graceful.signal.aborted ? forced : graceful).abort()
  }
  const onHangUp = (): void => graceful.abort()
  const stdout = guardOutput(process.stdout, processRedactor.text, () => graceful.abort())
  const stderr = guardOutput(process.stderr, processRedactor.text, ({ code }) => {
    if (code === 'EPIPE') graceful.abort()
  })
  const onUncaught = (error: unknown): void => {
    if (uncaught !== null) return
    uncaught = { error }
    process.exitCode = 1
    graceful.abort()
    setTimeout(() => {
      forced.abort()
      setTimeout(() => process.exit(1), hurriedCleanupMs).unref()
    }, cleanupMs).unref()
  }
  closeLostTerminalAtExit()
  const handlers: [string, (error: unknown) => void][] = [
    ['SIGINT', onSignal],
    ['SIGTERM', onSignal],
    ['SIGHUP', onHangUp],
    ['uncaughtException', onUncaught],
    ['unhandledRejection', onUncaught],
  ]
  for (const [event, handler] of handlers) process.on(event, handler)
  return {
    io: {
      stdout: process.stdout,
      stderr: process.stderr,
      printForProgram: stdout.writeUnredacted,
      env: process.env,
      cwd: process.cwd(),
      signal: graceful.signal,
      forced: forced.signal,
    },
    async close(error) {
      await Promise.all([stdout.flushed(), stderr.flushed()])
      for (const [event, handler] of handlers) process.off(event, handler)
      if (uncaught !== null) return uncaught.error
      const failure = stdout.failure()
      if (failure === null) return error
      if (isReaderGone(failure, process.stdout)) return error === failure ? graceful.signal.reason : error
      return new LoadTestError('OUTPUT_UNWRITABLE', `Standard output cannot be written: ${failure.message}`)
    },
  }
}

/** Whether a stream has lost its reader: a pipe without a reader, or a closed terminal. */
function isReaderGone({ code }: NodeJS.ErrnoException, stream: NodeJS.WriteStream): boolean {
  return code === 'EPIPE' || (code === 'EIO' && stream.isTTY)
}
