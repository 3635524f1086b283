import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../../dist/index.js', import.meta.url))
const cwd = mkdtempSync(join(tmpdir(), 'vana-load-output-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

/** Runs a command with one of its outputs on a disk that is full, and returns what the other one got. */
async function runOnFullDisk(args: readonly string[], full: 'stdout' | 'stderr') {
  const disk = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd },
    stdio: full === 'stdout' ? ['ignore', disk, 'pipe'] : ['ignore', 'pipe', disk],
  })
  let text = ''
  const output = full === 'stdout' ? child.stderr : child.stdout
  output?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const exitCode = await new Promise((resolve) => child.on('close', resolve))
  return { exitCode, text }
}

describe.runIf(existsSync('/dev/full'))('output to a full disk', () => {
  it.each([
    ['--help'],
    ['run', '--help'],
    ['run', '--dry-run'],
    ['monitor'],
    ['wallets', 'generate', '--keystore', 'keys.json', '--help'],
    ['testbed', '--only', 'storage', '--json'],
    ['artillery', 'run', '--dry-run'],
  ])('is an error without a stack: %s %s', async (...args) => {
    expect(await runOnFullDisk(args, 'stdout')).toEqual({
      exitCode: 2,
      text:
        'OUTPUT_UNWRITABLE: Standard output cannot be written: ENOSPC: no space left on device, write\n' +
        '  hint: Free space on the disk that the output goes to, or send the output elsewhere.\n',
    })
  })

  it('on standard error changes neither result nor exit code', async () => {
    expect(await runOnFullDisk(['run', '--no-such-flag'], 'stderr')).toEqual({ exitCode: 2, text: '' })
    const plan = await runOnFullDisk(['run', '--dry-run'], 'stderr')
    expect(plan.exitCode).toBe(0)
    expect(plan.text).toContain('Nothing was started, sent or paid.')
  })
})
