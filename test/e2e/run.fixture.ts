import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Summary, summarySchema } from '../../src/results/summary-schema.ts'
import { type RunningProgram, startProgram } from './program.fixture.ts'

/** Starts a run whose name is its seed and its results folder, and whose summary goes to standard output. */
export function startRun(folder: string, name: string, ...flags: string[]): RunningProgram {
  return startProgram(['run', '--seed', name, '--out', name, '--json', ...flags], folder)
}

/** Waits for the end of a run; what it said is the error when there is no summary. */
export async function summaryOf(run: RunningProgram): Promise<{ summary: Summary; code: number | null }> {
  const { code, stdout, stderr } = await run.ended
  if (stdout === '') throw new Error(stderr)
  return { summary: summarySchema.parse(JSON.parse(stdout)), code }
}

/** Reads a file from the folder of the only run of that name. */
export function fileOfRun(folder: string, name: string, file: string): string {
  const [run = ''] = readdirSync(join(folder, name))
  return readFileSync(join(folder, name, run, file), 'utf8')
}
