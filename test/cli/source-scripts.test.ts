import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const elsewhere = mkdtempSync(join(tmpdir(), 'vana-load-scripts-'))
symlinkSync(root, join(elsewhere, 'link'))
afterAll(() => rmSync(elsewhere, { recursive: true }))

const tsx = join(root, 'node_modules/tsx/dist/cli.mjs')

function start(args: readonly string[], cwd: string): { status: number | null; stdout: string } {
  const env = { PATH: process.env.PATH, HOME: elsewhere }
  const { status, stdout } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' })
  return { status, stdout }
}

describe('the source file of a command', () => {
  it.each([
    ['prepare-wallets', [tsx, 'src/scripts/prepare-wallets.ts'], root],
    ['run', [tsx, 'src/scripts/run-test.ts'], root],
    ['run', ['--import', 'tsx', 'src/scripts/run-test.ts'], root],
    ['monitor', [tsx, join(elsewhere, 'link/src/scripts/monitor.ts')], elsewhere],
    ['monitor', [tsx, 'link/src/scripts/monitor.ts'], elsewhere],
    ['run', [tsx, 'src/scripts/run-test'], root],
  ])('runs the command %s: node %j', (name, args, cwd) => {
    const { status, stdout } = start([...args, '--help'], cwd)
    expect({ status, usage: stdout.split('\n')[0] }).toEqual({
      status: 0,
      usage: `Usage: vana-load ${name} [options]`,
    })
  })

  it('ends with the exit code of the command', () => {
    const { status } = start([tsx, 'link/src/scripts/run-test.ts', '--usres', '5'], elsewhere)
    expect(status).toBe(2)
  })
})
