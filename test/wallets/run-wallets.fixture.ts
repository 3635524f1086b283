import { Writable } from 'node:stream'
import { Command } from 'commander'
import type { CommandModule } from '../../src/scripts/cli/command-module.ts'
import { exitCodeOfError } from '../../src/scripts/cli/exit-code.ts'

/** What a command said, and how it ended. */
export type CommandResult = { exitCode: number; stdout: string; stderr: string; error: unknown }

/** Runs a command in this process: as the command line does, without starting Node each time. */
export async function runInProcess(
  { define }: CommandModule,
  args: readonly string[],
  env: Record<string, string>,
): Promise<CommandResult> {
  const said = { stdout: '', stderr: '' }
  const collect = (name: keyof typeof said): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        said[name] += String(chunk)
        done()
      },
    })
  const { signal } = new AbortController()
  const io = {
    stdout: collect('stdout'),
    stderr: collect('stderr'),
    env,
    cwd: '/',
    signal,
    printForProgram() {},
    forced: signal,
  }
  let exitCode = 0
  const command = new Command('test').exitOverride()
  define(command, io, async (action) => {
    exitCode = await action()
  })
  try {
    await command.parseAsync(args, { from: 'user' })
    return { ...said, exitCode, error: undefined }
  } catch (error) {
    return { ...said, exitCode: exitCodeOfError(error, signal), error }
  }
}
