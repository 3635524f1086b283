import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/** What a command left behind. */
export type CliResult = { exitCode: number | null; stdout: string; stderr: string }

/** Runs the compiled program in a folder of its own, with nothing of our environment but what Node needs. */
export async function runCli(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; nodeArgs?: readonly string[] } = {},
): Promise<CliResult> {
  const { env = {}, nodeArgs = [] } = options
  const cwd = options.cwd ?? mkdtempSync(join(tmpdir(), 'vana-load-cli-'))
  const child = spawn(process.execPath, [...nodeArgs, program, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (options.cwd === undefined) rmSync(cwd, { recursive: true, force: true })
  return { exitCode, stdout, stderr }
}
