import { existsSync, readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import type { Target } from '../../src/config/target.ts'
import { type RunningProgram, startProgram } from '../e2e/program.fixture.ts'

/** The program `vana-load testbed --only ... --json` with the document that it printed. */
export type StartedPart = RunningProgram & { document: Partial<Target> & { url?: string } }

/** Starts parts of the testbed through the command line and waits for their document. A failed test leaves none running. */
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

/** Interrupts a program like Ctrl-C and returns its output. */
export function interrupt({ child, ended }: RunningProgram): RunningProgram['ended'] {
  child.kill('SIGINT')
  return ended
}

/** Tells whether a process runs. A zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = `/proc/${pid}/stat`
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'))
}

/** The command line of a process, which every user of the machine can read. */
export function argumentsOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
}
