import { resolve } from 'node:path'
import { renderBaseline } from '../../report/terminal-baseline.ts'
import { needBaseline } from '../../results/baseline/read-baseline.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'

/** Prints the baseline. */
export async function showBaseline(
  { file, json }: { file: string; json: boolean },
  io: CommandIo,
): Promise<number> {
  const baseline = await needBaseline(resolve(io.cwd, file))
  io.stdout.write(`${json ? JSON.stringify(baseline, null, 2) : renderBaseline(baseline)}\n`)
  return exitCodes.ok
}
