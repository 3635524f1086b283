import { Writable } from 'node:stream'
import { LoadTestError } from '../../src/errors/load-test-error.ts'
import { describeError } from '../../src/scripts/cli/describe-error.ts'
import { runCommandLine } from '../../src/scripts/main.ts'
import type { CliResult } from './run-cli.ts'

/**
 * Runs a command line inside this process, where a thousand of them take seconds. Paths are relative to the working
 * directory of the process.
 *
 * @param options.isStopped whether it has been asked to stop before it begins: it reads what it was given, and starts nothing
 */
export async function runInProcess(
  args: readonly string[],
  options: { env?: Record<string, string>; isStopped?: boolean } = {},
): Promise<CliResult> {
  const { env = {}, isStopped = false } = options
  const [stdout, stderr] = [new TextSink(), new TextSink()]
  const signal = isStopped ? AbortSignal.abort() : new AbortController().signal
  const { exitCode, error } = await runCommandLine(args, {
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
    signal,
    printForProgram: (text) => void stdout.write(text),
    forced: new AbortController().signal,
  })
  const described =
    error === undefined ? '' : describeError(error, { stack: !(error instanceof LoadTestError) })
  return { exitCode, stdout: stdout.text, stderr: stderr.text + described }
}

class TextSink extends Writable {
  text = ''

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += String(chunk)
    done()
  }
}
