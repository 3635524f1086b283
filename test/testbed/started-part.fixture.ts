import { existsSync, readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import type { Target } from '../../src/config/target.ts'
import { type RunningProgram, startProgram } from '../e2e/program.fixture.ts'

/** What `vana-load testbed --only ... --json` printed, and the program. */
export type StartedPart = RunningProgram & { document: Partial<Target> & { url?: string } }

/** Starts parts of the testbed through the command line, and waits for their document; a failed test leaves none behind. */
export async function startPart(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<StartedPart> {
  const program = startProgram(['testbed', '--json', '--only', ...args], cwd, env)
  onTestFinished(async () => {
    program.child.kill('SIGTERM')
    await program.ended
  })
  const [line] = await program.says(/^\{.*\}$/m)
  return { ...program, document: JSON.parse(line) }
}

/** Interrupts a program as Ctrl-C does, and gives what it wrote. */
export function interrupt({ child, ended }: RunningProgram): RunningProgram['ended'] {
  child.kill('SIGINT')
  return ended
}

/** Whether a process is there; one that has ended and was not waited for is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = `/proc/${pid}/stat`
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'))
}

/** The command line of a process, as every user of the machine can read it. */
export function argumentsOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
}
