import { resolve } from 'node:path'
import { baselineDocument } from '../../report/baseline/baseline-documents.ts'
import { needBaseline } from '../../results/baseline/read-baseline.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import { printDocument } from './print-document.ts'

/** Prints the baseline. */
export async function showBaseline(
  { file, json }: { file: string; json: boolean },
  io: CommandIo,
): Promise<number> {
  const baseline = await needBaseline(resolve(io.cwd, file))
  io.stdout.write(
    json ? `${JSON.stringify(baseline, null, 2)}\n` : printDocument(baselineDocument(baseline), io),
  )
  return exitCodes.ok
}
