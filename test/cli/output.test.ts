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
        '  hint: Free space on the disk of the output, or redirect the output elsewhere.\n',
    })
  })

  it('on standard error changes neither result nor exit code', async () => {
    expect(await runOnFullDisk(['run', '--no-such-flag'], 'stderr')).toEqual({ exitCode: 2, text: '' })
    const plan = await runOnFullDisk(['run', '--dry-run'], 'stderr')
    expect(plan.exitCode).toBe(0)
    expect(plan.text).toContain('Nothing was started, sent or paid.')
  })
})

describe.runIf(process.platform === 'linux')('too few file handles', () => {
  it.each([
    [64, 'run --dry-run', /vana-load needs 128 file handles, and this process may have 64\./],
    [
      160,
      'run --users 500 --rate 100',
      /\d+ flows in flight need \d+ file handles, and the limit of this process is 160\./,
    ],
  ])('%i for %s: the error names how many are needed', async (limit, args, expected) => {
    const command = `ulimit -n ${limit}; exec "$0" "$1" ${args}`
    const child = spawn('sh', ['-c', command, process.execPath, program], {
      cwd,
      env: { PATH: process.env.PATH, HOME: cwd },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let text = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2)
    expect(text).toMatch(expected)
    expect(text).toMatch(/^TOO_FEW_FILE_HANDLES: .*\n {2}hint: .*\n$/)
  })
})
