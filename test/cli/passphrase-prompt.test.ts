import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { openKeystore } from '../../src/wallets/keystore.ts'
import { runCli } from './run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'vana-load-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))
const program = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/** Runs the compiled program on a terminal of its own, and types what it is asked for. */
async function runOnTerminal(args: string, answers: [question: string, answer: string][]) {
  const child = spawn('script', ['-qec', `${process.execPath} ${program} ${args}`, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const open = [...answers]
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    const [question, answer] = open[0] ?? []
    if (question === undefined || !shown.includes(question)) return
    open.shift()
    child.stdin.write(`${answer}\r`)
  })
  const exitCode = await new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  return { exitCode, shown }
}

describe('the passphrase of a keystore', () => {
  it.runIf(process.platform === 'linux' && existsSync('/usr/bin/script'))(
    'is asked for on a terminal, unseen and before anything starts, by a command that runs users',
    async () => {
      // A second try finds nothing of the first.
      rmSync(join(folder, 'keys.json'), { force: true })
      const { exitCode, shown } = await runOnTerminal('flow --keystore keys.json', [
        ['Passphrase for the new keystore keys.json:', 'open sesame'],
        ['Again:', 'open sesame'],
      ])
      expect({ exitCode, shown }).toMatchObject({ exitCode: 0 })
      expect(shown).not.toContain('sesame')
      expect(shown.indexOf('Again:')).toBeLessThan(shown.indexOf('starting the embedded stack'))
      expect((await openKeystore(join(folder, 'keys.json'), 'open sesame')).chainId).toBe(14_800)
    },
    120_000,
  )

  it.each(['run', 'flow'])(
    'is missed before anything starts where there is no terminal: %s',
    async (name) => {
      const { exitCode, stderr } = await runCli([name, '--keystore', 'other.json'])
      expect(exitCode).toBe(2)
      expect(stderr).toMatch(/^KEYSTORE_LOCKED: .*other\.json/)
    },
  )
})
